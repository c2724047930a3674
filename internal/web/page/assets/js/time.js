// Times and durations for people: how long ago or until when, and always the time itself.

import * as clock from "./clock.js";
import { el } from "./dom.js";

const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 1e-3, us: 1e-3, ns: 1e-6 };

/** Reads a duration of Go, such as "1h2m3.5s", into milliseconds. */
export function milliseconds(text) {
  let sum = 0;
  for (const [, number, unit] of String(text).matchAll(/([\d.]+)(h|ms|m|s|µs|us|ns)/g)) sum += Number(number) * UNITS[unit];
  return String(text).startsWith("-") ? -sum : sum;
}

/** Says a length of time in one or two units. */
export function span(ms) {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 1) return "less than 1 s";
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10 && seconds % 60) return `${minutes} min ${seconds % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** Says where a time lies, seen from now. */
export function relative(at, now = clock.now()) {
  const ms = at - now;
  if (Math.abs(ms) < 1000) return "now";
  return ms < 0 ? `${span(ms)} ago` : `in ${span(ms)}`;
}

/** Says a time in the reader's own zone, with the date unless it is today's. */
export function absolute(at, now = new Date(clock.now())) {
  const day = at.toLocaleDateString("en-CA") === now.toLocaleDateString("en-CA") ? "" : `${at.toLocaleDateString("en-CA")} `;
  return day + at.toLocaleTimeString("en-GB");
}

/** A time from the API as an element: absolute and relative, the exact one as its title. It goes on by itself (see tick). */
export function stamp(text) {
  if (!text) return null;
  const at = new Date(text);
  return el("time", { datetime: text, title: at.toISOString() }, el("span", { "data-absolute": at.getTime() }, absolute(at)), " ",
    el("span", { class: "soft", "data-at": at.getTime() }, relative(at.getTime())));
}

/** Brings every time on the page up to date: after midnight what was today's needs its date. */
export function tick() {
  renew("at", relative);
  renew("absolute", (at) => absolute(new Date(at)));
}

function renew(name, say) {
  for (const node of document.querySelectorAll(`[data-${name}]`)) {
    const text = say(Number(node.dataset[name]));
    if (node.firstChild?.data !== text) node.textContent = text;
  }
}

// The steps of a request: what each is, how far it is, and how long it took or will take.

import * as clock from "./clock.js";
import { el } from "./dom.js";
import { stepLeft } from "./timeleft.js";
import { relative, span } from "./time.js";
import { bar } from "./widgets.js";
import { count, ended, step } from "./words.js";

// State: what it is called, and its shape (css/request.css).
const STATES = {
  pending: ["to come", "pending"], running: ["in work", "running"], done: ["done", "done"], skipped: ["left out", "skipped"], failed: ["failed", "failed"],
};

/** Draws all steps, in order; since is when the stop opened at which it waits, if it does. */
export function steps(p, since, now = clock.now()) {
  return el("ol", { class: "steps", "aria-label": "Steps", key: "steps" }, (p.steps ?? []).map((_, place) => one(p, place, since, now)));
}

/** How the step at this place is: {words, shape}. */
export function state(p, place) {
  const s = p.steps[place];
  if (place === p.step && p.status === "waiting") return { words: "waits for you", shape: "call" };
  if (place === p.step && p.status === "parked") return { words: "waits for time", shape: "wait" };
  if (s.state === "running" && ended(p.status)) return { words: "not finished", shape: "skipped" };
  if (s.state === "pending" && ended(p.status)) return { words: "not begun", shape: "pending" };
  const [words, shape] = Object.hasOwn(STATES, s.state) ? STATES[s.state] : [s.state, "pending"];
  return { words, shape };
}

/** Says which step is at work, in one sentence; "" when none is. */
export function current(p) {
  const s = p.steps?.[p.step];
  if (!s || ended(p.status)) return "";
  return `Step ${p.step + 1} of ${p.steps.length}, ${step(s.name)}: ${state(p, p.step).words}.`;
}

function one(p, place, since, now) {
  const s = p.steps[place];
  const here = place === p.step && !ended(p.status);
  const { words, shape } = state(p, place);
  return el("li", { key: s.name, class: `step ${shape}${here ? " here" : ""}`, "aria-current": here ? "step" : null },
    el("span", { class: "step-name" }, step(s.name)), " ",
    el("span", { class: "step-facts" }, el("span", { class: "step-state" }, words), " ", units(s, shape), " ",
      el("span", { class: "step-time" }, time(p, place, since, now))),
    s.error && el("p", { class: "step-error", dir: "auto" }, s.error));
}

// A step of which nobody knows how much it is has no units.
function units(s, shape) {
  if (!s.total) return el("span", { class: "step-units" });
  return el("span", { class: "step-units" }, shape !== "pending" && s.done < s.total && bar(`Units of ${step(s.name)}`, s.done, s.total),
    el("span", {}, `${count(s.done)} of ${count(s.total)}`));
}

function time(p, place, since, now) {
  const s = p.steps[place];
  const here = place === p.step && !ended(p.status);
  if (s.started && s.ended && s.state !== "pending") {
    return `took ${span(Date.parse(s.ended) - Date.parse(s.started))}${s.waited ? ", with the wait for you" : ""}`;
  }
  if (here && p.status === "waiting") return `for ${span(now - Date.parse(since))}`;
  if (here && p.status === "parked" && p.park) return relative(Date.parse(p.park.until), now);
  const words = ended(p.status) ? "" : stepLeft(p, place, now);
  if (words) return words;
  return here && s.started ? `for ${span(now - Date.parse(s.started))}` : "";
}

// The picture of a tenant's last day: a bar for each request, from when it began until it ended, or until now. Bars lie in lanes, so that none
// covers another.

import { el, svg } from "./dom.js";
import { requestAddress } from "./router.js";
import { keyOf } from "./seen.js";
import { absolute } from "./time.js";
import { badge, table } from "./widgets.js";
import { count, counted, ended, service, status, tone } from "./words.js";

const HOUR = 3_600_000;
const HEAD = 22; // pixels for the hours,
const LANE = 28; // for a lane,
const BAR = 24; // and for a bar: enough for a finger
const SIGNS = { busy: "▶", wait: "◷", call: "!", good: "✓", part: "◐", bad: "✕", calm: "–" };

/** The length of the day, in milliseconds. */
export const DAY = 24 * HOUR;

/**
 * Lays out the requests that were open within the 24 hours before now. least is the shortest bar, as a part of the width; most is how many are
 * drawn: those that began last. Returns {bars: [{request, from, to, lane, open, earlier}], lanes, total, left, ticks: [{at, x}]}: from, to and x
 * are parts of the width; left is how many are not drawn.
 */
export function layout(requests, now, { least = 0, most = 200 } = {}) {
  const begin = now - DAY;
  const part = (at) => Math.min(1, Math.max(0, (at - begin) / DAY));
  const all = requests.map((r) => ({ request: r, start: Date.parse(r.started), open: !ended(r.status),
    end: ended(r.status) ? Date.parse(r.updated) : now })).filter((b) => b.end >= begin && b.start <= now).sort((a, b) => b.start - a.start);
  const ends = []; // of the last bar of each lane
  const bars = all.slice(0, most).reverse().map(({ request, start, end, open }) => {
    const to = Math.min(1, Math.max(part(end), part(start) + least));
    const from = Math.min(part(start), Math.max(0, to - least));
    const free = ends.findIndex((e) => e <= from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = to;
    return { request, from, to, lane, open, earlier: start < begin };
  });
  return { bars, lanes: ends.length, total: all.length, left: all.length - bars.length, ticks: hours(begin, now).map((at) => ({ at, x: part(at) })) };
}

// The full hours of the reader's own clock. Not every zone is whole hours away from UTC.
function hours(begin, now) {
  const first = new Date(begin);
  first.setMinutes(0, 0, 0);
  const out = [];
  for (let at = first.getTime(); at <= now; at += HOUR) if (at >= begin) out.push(at);
  return out;
}

/**
 * Draws a layout. pointed is the key of the request that is pointed at, point(key) hears which one is. One bar is reached with Tab, the others
 * from there with the arrow keys, Home and End.
 */
export function picture({ bars, lanes, ticks }, { name, pointed, point }) {
  const height = HEAD + Math.max(lanes, 1) * LANE;
  const first = bars.find((b) => keyOf(b.request) === pointed) ?? bars.at(-1);
  return svg("svg", { height, role: "group", "aria-label": name },
    ticks.map(({ at, x }) => tick(new Date(at), x, height)),
    svg("g", { role: "list", "aria-label": name, onkeydown: steer }, bars.map((b) => bar(b, b === first, point))));
}

function tick(at, x, height) {
  const hour = at.getHours();
  return svg("g", { class: hour % 6 === 0 ? "tick" : "tick minor", key: `tick ${at.getTime()}`, "aria-hidden": "true" },
    svg("line", { x1: percent(x), x2: percent(x), y1: HEAD - 6, y2: height }),
    x > 0.02 && svg("text", { x: percent(x), y: 13, "text-anchor": x > 0.96 ? "end" : "middle" }, String(hour).padStart(2, "0")));
}

function bar(b, first, point) {
  const r = b.request;
  const y = HEAD + b.lane * LANE;
  const on = () => point(keyOf(r));
  return svg("g", { role: "listitem", key: keyOf(r) },
    svg("a", { href: requestAddress(r), class: tone(r.status), "aria-label": facts(b), tabindex: first ? "0" : "-1", onfocus: on, onpointerenter: on },
      svg("rect", { x: percent(b.from), y, width: percent(b.to - b.from), height: BAR, rx: 3, "stroke-dasharray": b.open ? "5 3" : null }),
      svg("text", { x: percent(b.from), y: y + BAR / 2, dx: 6, "dominant-baseline": "central", "aria-hidden": "true" }, SIGNS[tone(r.status)])));
}

// Arrow keys go from bar to bar, in the order in which they began.
function steer(event) {
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (at < 0 || to === undefined || !links[to]) return;
  event.preventDefault();
  links[to].focus();
}

const percent = (x) => `${(x * 100).toFixed(3)}%`;

/** The facts of a bar, in one line. */
export function facts({ request: r, open }) {
  const end = open ? "until now" : `until ${absolute(new Date(r.updated))}`;
  return `${r.request}: ${r.account}, ${service(r.service)}, ${status(r.status)}, from ${absolute(new Date(r.started))} ${end}`;
}

/** What the shapes of a layout's bars mean, of those that occur. */
export function legend({ bars }) {
  const found = [...new Set(bars.map((b) => b.request.status))];
  return el("ul", { class: "legend", "aria-label": "Legend" }, found.map((s) => el("li", { key: s }, badge(s))),
    bars.some((b) => b.open) && el("li", { class: "soft" }, "A dashed edge: not ended"));
}

/** Says how much of the day a layout shows; more: there may be requests that were not looked at. */
export function said({ bars, left, total }, more = false) {
  if (total === 0) return "No request was open in these 24 hours.";
  const drawn = `${more ? "At least " : ""}${counted(total, "request was", "requests were")} open in these 24 hours.`;
  return left > 0 ? `${drawn} The ${count(bars.length)} that began last are drawn, ${count(left)} are not.` : drawn;
}

/**
 * Says what was not looked at, if anything. `looked` requests were, those that began last, of `total` (a node); `whole`: they are all. `open` is how
 * many of the open ones were, or 0 for all. `more`: the last ones reach into the day, so that those behind them may, too.
 */
export function overlooked({ looked, whole = true, more, open }, total) {
  if (whole && !open) return null;
  return [` Looked at were the ${count(looked)} that began last of `, total, " requests, and ", open ? `the ${count(open)} of the open ones that began last`
    : "all that are open", more ? ": there may be others." : ": one that began before those and has ended in these hours is missing."];
}

/** The same as a table. */
export function asTable({ bars }) {
  return table({ name: "The last 24 hours as a table", rows: [...bars].reverse(), key: (b) => keyOf(b.request), empty: "No request.", columns: [
    { title: "Request", cell: ({ request: r }) => el("a", { href: requestAddress(r) }, r.request) },
    { title: "Account", cell: ({ request: r }) => r.account },
    { title: "Service", cell: ({ request: r }) => service(r.service) },
    { title: "Status", cell: ({ request: r }) => badge(r.status) },
    { title: "From", cell: ({ request: r }) => absolute(new Date(r.started)) },
    { title: "Until", cell: ({ request: r, open }) => (open ? "now" : absolute(new Date(r.updated))) },
  ] });
}

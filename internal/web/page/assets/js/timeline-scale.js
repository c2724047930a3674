// The time axis of a picture: where an instant lies between left and right. Work is drawn to scale; of waits, the longest are drawn shortened, so
// that a minute of work can still be seen beside thirty days. Nothing here knows how it is drawn.

const BREAK = 56; // pixels of a wait that is drawn shortened
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000].map((s) => s * 1000);

/**
 * Makes the axis from `from` to `to` (milliseconds) of this width. Spans are {from, to, wait}; edges are further instants that something happens at.
 * Returns {x(at), breaks: [{x0, x1, from, to}], shortest, ticks(room)}: shortest is the shortest wait that is drawn shortened, 0 if none is.
 */
export function scale(from, to, spans, edges, width) {
  const end = Math.max(to, from + 1);
  const gaps = between(from, end, spans, edges);
  shorten(gaps);
  const broken = gaps.filter((g) => g.broken);
  const breadth = Math.min(BREAK, width / 2 / Math.max(broken.length, 1));
  const drawn = gaps.reduce((sum, g) => sum + (g.broken ? 0 : g.to - g.from), 0);
  const rate = drawn > 0 ? (width - breadth * broken.length) / drawn : 0;
  let at = 0;
  for (const g of gaps) {
    g.x0 = at;
    at += g.broken ? (drawn > 0 ? breadth : width / broken.length) : (g.to - g.from) * rate;
    g.x1 = at;
  }
  return {
    x: (instant) => place(gaps, Math.min(Math.max(instant, from), end)),
    breaks: broken.map(({ x0, x1, from: a, to: b }) => ({ x0, x1, from: a, to: b })),
    shortest: broken.reduce((least, g) => Math.min(least, g.to - g.from), Infinity) % Infinity || 0,
    ticks: (room) => ticks(gaps, rate, room),
  };
}

// The pieces between two instants at which something happens, each a wait or not: what nobody works on is a wait as well.
function between(from, to, spans, edges) {
  const all = [from, to, ...edges, ...spans.flatMap((s) => [s.from, s.to])].filter((e) => e >= from && e <= to);
  const instants = [...new Set(all)].sort((a, b) => a - b);
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  const gaps = [];
  let open = [];
  let next = 0;
  for (let i = 0; i + 1 < instants.length; i++) {
    const [a, b] = [instants[i], instants[i + 1]];
    while (next < sorted.length && sorted[next].from <= a) open.push(sorted[next++]);
    open = open.filter((s) => s.to > a);
    gaps.push({ from: a, to: b, wait: open.length === 0 || open.some((s) => s.wait), broken: false });
  }
  return gaps;
}

// Shortens the longest waits, until those that are left take no more of the picture than the work does.
function shorten(gaps) {
  const length = (list) => list.reduce((sum, g) => sum + g.to - g.from, 0);
  const waits = gaps.filter((g) => g.wait).sort((a, b) => b.to - b.from - (a.to - a.from));
  const work = length(gaps.filter((g) => !g.wait));
  let rest = length(waits);
  for (const g of waits) {
    if (rest <= Math.max(work, 1000)) return;
    g.broken = true;
    rest -= g.to - g.from;
  }
}

function place(gaps, instant) {
  let low = 0;
  let high = gaps.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle].to < instant) low = middle + 1;
    else high = middle;
  }
  const g = gaps[low];
  return g.x0 + (g.x1 - g.x0) * ((instant - g.from) / (g.to - g.from));
}

// Instants for labels that take `room` pixels each: the begin, the end, what comes behind a shortened wait, and round ones in between.
function ticks(gaps, rate, room) {
  const first = gaps[0];
  const last = gaps[gaps.length - 1];
  const out = [{ at: first.from, x: 0, anchor: "start" }, { at: last.to, x: last.x1, anchor: "end" }];
  const fits = (x) => out.every((t) => Math.abs(center(t, room) - x) >= room);
  const add = (at, x) => x - room / 2 > 0 && x + room / 2 < last.x1 && fits(x) && out.push({ at, x, anchor: "middle" });
  for (const g of gaps) if (g.broken) add(g.to, g.x1);
  const step = STEPS.find((s) => s * rate >= room);
  if (step) {
    for (const g of gaps.filter((one) => !one.broken)) for (let at = round(g.from, step); at < g.to; at += step) add(at, g.x0 + (at - g.from) * rate);
  }
  return out.sort((a, b) => a.x - b.x);
}

function center(tick, room) {
  return tick.x + ({ start: room / 2, end: -room / 2 }[tick.anchor] ?? 0);
}

// The first round instant, by the reader's own clock, that is not before this one.
function round(at, step) {
  const shift = new Date(at).getTimezoneOffset() * 60_000;
  return Math.ceil((at - shift) / step) * step + shift;
}

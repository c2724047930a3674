// The timeline of a request as a picture: its steps, its waits, and what people decided. Colours are classes (css/pictures.css).

import { el, patch, svg } from "./dom.js";
import { absolute, span, stamp } from "./time.js";
import { layout } from "./timeline-layout.js";
import { table } from "./widgets.js";
import { counted } from "./words.js";

const LETTERS = { asked: "?", claimed: "", announced: "!", decision: "✓", refused: "✕", takeover: "↻", recovered: "↻", ended: "■" };

/**
 * Makes a timeline that fits its place: {node, show(data), tick(), close()}. show takes an answer of GET …/timeline; tick moves the present on; close has
 * to be called when the view is left.
 */
export function timeline() {
  const node = el("section", { class: "timeline", key: "timeline", "aria-label": "When it happened" });
  let data = null;
  let width = 0;
  let picked = -1;
  let open = false; // the table, which is drawn only then
  const watch = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (next === width) return;
    width = next;
    requestAnimationFrame(draw);
  });
  watch.observe(node);

  function draw() {
    if (!data || width < 100) return;
    const drawn = layout(data, width, Date.now());
    const items = [...drawn.marks, ...drawn.bars.map((b) => ({ ...b, at: b.from }))].sort((a, b) => a.at - b.at);
    picked = Math.min(picked, items.length - 1);
    const pick = (index) => {
      picked = index;
      draw();
    };
    patch(node, [
      el("h2", { id: "timeline", key: "head" }, "When it happened"),
      data.cut && el("p", { class: "soft", key: "cut" }, "More happened than a picture can hold: in the middle ",
        `${counted(data.cut, "span or mark", "spans and marks")} ${data.cut === 1 ? "is" : "are"} left out.`),
      picture(drawn, items, picked, pick),
      el("p", { class: "timeline-detail", key: "detail", "aria-live": "polite" }, picked < 0
        ? el("span", { class: "soft" }, "Point at something, or use the arrow keys, to read what it is.") : told(items[picked])),
      el("details", { key: "table", ontoggle: (event) => {
        if (open === event.currentTarget.open) return;
        open = event.currentTarget.open;
        draw();
      } }, el("summary", {}, "As a table"), open && list(items)),
    ]);
  }

  return {
    node,
    show(next) {
      data = next;
      draw();
    },
    tick() {
      if (data && !data.to) draw();
    },
    close: () => watch.disconnect(),
  };
}

function picture(drawn, items, picked, pick) {
  const move = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  return svg("svg", { class: "timeline-picture", key: "picture", role: "img", tabindex: "0",
    "aria-labelledby": "timeline-title", "aria-describedby": "timeline-words",
    viewBox: `0 0 ${drawn.width} ${drawn.height}`, width: drawn.width, height: drawn.height,
    onkeydown: (event) => {
      if (event.key === "Escape") return pick(-1);
      if (!Object.hasOwn(move, event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      pick(Math.max(0, Math.min(items.length - 1, picked + move[event.key])));
    } },
  svg("title", { id: "timeline-title" }, "Timeline of the request"),
  svg("desc", { id: "timeline-words" }, summary(drawn)),
  drawn.lanes.map((l) => svg("text", { class: "lane", x: 0, y: l.y }, l.name)),
  drawn.lanes.map((l) => svg("line", { class: "base", x1: 0, x2: drawn.width, y1: l.top - 3, y2: l.top - 3 })),
  drawn.breaks.map((b) => interruption(b, drawn)),
  drawn.ticks.map((t) => tick(t, drawn)),
  items.map((item, i) => (item.line === undefined ? bar(item) : mark(item, drawn)).map((n) => within(n, i === picked, () => pick(i)))),
  drawn.now !== null && svg("line", { class: "now", x1: drawn.now, x2: drawn.now, y1: 0, y2: drawn.bottom }));
}

// What is pointed at is told below the picture.
function within(node, picked, pick) {
  return svg("g", { class: picked ? "item picked" : "item", onpointerenter: pick, onclick: pick }, node);
}

function bar(b) {
  return [svg("g", {},
    b.parts && svg("rect", { class: "track", x: b.x, y: b.y + b.height / 2 - 1.5, width: b.width, height: 3 }),
    (b.parts ?? [b]).map((part) => svg("rect", { class: `bar ${b.kind}${b.open ? " open" : ""}`, x: part.x, y: b.y, width: part.width, height: b.height,
      rx: Math.min(4, part.width / 2) })),
    b.label && svg("text", { class: `label${b.inside ? " inside" : ""}`, x: b.labelX, y: b.y + b.height - 3.5, "text-anchor": b.anchor }, b.label))];
}

function mark(m) {
  const small = m.kind === "claimed";
  return [svg("g", {},
    svg("line", { class: "lead", x1: m.line, y1: m.y + 12, x2: m.x, y2: m.y + (small ? 3 : 7) }),
    svg("circle", { class: `mark ${m.kind}`, cx: m.x, cy: m.y, r: small ? 4 : 8 }),
    svg("text", { class: "sign", x: m.x, y: m.y + 4, "text-anchor": "middle" }, LETTERS[m.kind] ?? "•"),
    m.label && svg("text", { class: "label", x: m.x + 12, y: m.y + 4 }, m.label))];
}

// A wait that is drawn shortened: an empty strip between two slanted lines.
function interruption(b, drawn) {
  const middle = drawn.bottom - 1;
  return svg("g", {},
    svg("rect", { class: "break", x: b.x0, y: 0, width: Math.max(b.x1 - b.x0, 1), height: drawn.bottom }),
    svg("path", { class: "break-sign", d: `M${b.x0 - 3} ${middle + 5}l6 -10 M${b.x1 - 3} ${middle + 5}l6 -10` }));
}

function tick(t, drawn) {
  return svg("g", {},
    svg("line", { class: "grid", x1: t.x, x2: t.x, y1: 0, y2: drawn.bottom + 4 }),
    svg("text", { class: "tick", x: t.x, y: drawn.bottom + 18, "text-anchor": t.anchor }, clock(t.at, drawn)));
}

function clock(at, drawn) {
  const time = absolute(new Date(at), new Date(at));
  return drawn.days ? `${new Date(at).toLocaleDateString("en-CA").slice(5)} ${time.slice(0, 5)}` : time;
}

function summary(drawn) {
  const steps = new Set(drawn.bars.filter((b) => b.kind === "step").map((b) => b.words.name)).size;
  const waits = drawn.bars.filter((b) => b.kind !== "step");
  const whole = drawn.ticks[drawn.ticks.length - 1].at - drawn.ticks[0].at;
  const cut = drawn.shortest > 0 ? ` Waits of ${span(drawn.shortest)} and longer are drawn shortened, as strips between slanted lines.` : "";
  return `${steps} steps and ${waits.length} waits within ${span(whole)}; ${drawn.marks.length} marks of what was asked and decided.${cut} `
    + "The arrow keys go through it; the table below has the same.";
}

function told(item) {
  const { name, took, by, detail } = item.words;
  return [el("strong", {}, name), by && [" by ", el("bdi", {}, by)], took !== undefined && `, ${span(took)}`, ", ", stamp(new Date(item.at).toISOString()),
    detail && [": ", el("bdi", {}, detail)]];
}

function list(items) {
  return table({ name: "Timeline", rows: items.map((item, i) => ({ item, i })), key: ({ i }) => i, empty: "Nothing has happened yet.", columns: [
    { title: "What", cell: ({ item }) => item.words.name },
    { title: "When", cell: ({ item }) => stamp(new Date(item.at).toISOString()) },
    { title: "Took", cell: ({ item }) => (item.words.took === undefined ? null : span(item.words.took) + (item.open ? " so far" : "")) },
    { title: "By", cell: ({ item }) => item.words.by && el("bdi", {}, item.words.by) },
    { title: "Detail", cell: ({ item }) => item.words.detail && el("bdi", {}, item.words.detail) },
  ] });
}

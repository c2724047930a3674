// The timeline of a request as a picture: its steps, its waits, and what people decided. Colours are classes (css/pictures.css).

import { now } from "./clock.js";
import { el, patch, svg } from "./dom.js";
import { absolute, span, stamp } from "./time.js";
import { layout } from "./timeline-layout.js";
import { table } from "./widgets.js";
import { counted } from "./words.js";

const LETTERS = { asked: "?", claimed: "", announced: "!", decision: "✓", refused: "✕", takeover: "↻", recovered: "↻", ended: "■" };

const REST = 100; // a picture that moves by itself may take a hundredth of the time

/**
 * Makes a timeline that fits its place: {node, show(data), tick(), close()}. show takes an answer of GET …/timeline; tick moves the present on; close has
 * to be called when the view is left.
 */
export function timeline() {
  const node = el("section", { class: "timeline", key: "timeline", "aria-label": "When it happened" });
  const detail = el("p", { class: "timeline-detail", key: "detail", "aria-live": "polite" });
  let data = null;
  let width = 0;
  let items = []; // in their order
  let shapes = []; // of each item
  let picked = -1;
  let open = false; // the table, which is drawn only then
  let drawn = 0; // how often it was
  let measure = null; // how wide a text is
  let ready = 0; // when it may move by itself again
  const watch = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (next === width) return;
    width = next;
    requestAnimationFrame(draw);
  });
  watch.observe(node);
  pick(-1);

  function draw() {
    if (!data || width < 100) return;
    const began = performance.now();
    const lines = layout(data, width, now(), measure ??= ruler(node));
    items = [...lines.marks, ...lines.bars.map((b) => ({ ...b, at: b.from }))].sort((a, b) => a.at - b.at);
    shapes = items.map((item, i) => shape(item, () => pick(i)));
    patch(node, [
      el("h2", { id: "timeline", key: "head" }, "When it happened"),
      data.cut && el("p", { class: "soft", key: "cut" }, "More happened than a picture can hold: in the middle ",
        `${counted(data.cut, "span or mark", "spans and marks")} ${data.cut === 1 ? "is" : "are"} left out.`),
      picture(lines, shapes, move, drawn++),
      lines.shortest > 0 && el("p", { class: "soft", key: "shortened" }, shortened(lines)),
      detail,
      el("details", { key: "table", ontoggle: (event) => {
        if (open === event.currentTarget.open) return;
        open = event.currentTarget.open;
        draw();
      } }, el("summary", {}, "As a table"), open && list(items)),
    ]);
    if (picked >= items.length) pick(-1);
    shapes[picked]?.classList.add("picked"); // what is told of it stays: it is read aloud when it changes
    ready = performance.now() + REST * (performance.now() - began);
  }

  // What is pointed at is told below the picture.
  function pick(index) {
    shapes[picked]?.classList.remove("picked");
    picked = index;
    shapes[picked]?.classList.add("picked");
    patch(detail, picked < 0 ? el("span", { class: "soft" }, "Point at something, or use the arrow keys, to read what it is.") : told(items[picked]));
  }

  function move(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") return pick(-1);
    if (!Object.hasOwn(steps, event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    pick(Math.max(0, Math.min(items.length - 1, picked + steps[event.key])));
  }

  return {
    node,
    show(next) {
      data = next;
      draw();
    },
    tick() {
      if (data && !data.to && performance.now() >= ready) draw();
    },
    close: () => watch.disconnect(),
  };
}

// Measures texts in the letters that labels have (css/pictures.css): those of one reader are wider than those of another.
function ruler(node) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `12px ${getComputedStyle(node).fontFamily}`;
  return (text) => Math.ceil(context.measureText(text).width) + 1;
}

// What is within is made anew each time, which costs less than to compare it with what there was; the picture itself stays, and keeps the focus.
function picture(lines, shapes, move, count) {
  return svg("svg", { class: "timeline-picture", key: "picture", role: "img", tabindex: "0", "aria-labelledby": "timeline-title",
    "aria-describedby": "timeline-words", viewBox: `0 0 ${lines.width} ${lines.height}`, width: lines.width, height: lines.height, onkeydown: move },
  svg("title", { id: "timeline-title" }, "Timeline of the request"),
  svg("desc", { id: "timeline-words" }, summary(lines)),
  svg("g", { key: count },
    lines.lanes.map((l) => svg("text", { class: "lane", x: 0, y: l.y }, l.name)),
    lines.lanes.map((l) => svg("line", { class: "base", x1: 0, x2: lines.width, y1: l.top - 3, y2: l.top - 3 })),
    lines.breaks.map((b) => interruption(b, lines)),
    lines.ticks.map((t) => tick(t, lines)),
    shapes,
    lines.now !== null && svg("line", { class: "now", x1: lines.now, x2: lines.now, y1: 0, y2: lines.bottom })));
}

function shape(item, pick) {
  return svg("g", { class: "item", onpointerenter: pick, onclick: pick }, item.line === undefined ? bar(item) : mark(item));
}

function bar(b) {
  return [b.parts && svg("rect", { class: "track", x: b.x, y: b.y + b.height / 2 - 1.5, width: b.width, height: 3 }),
    (b.parts ?? [b]).map((part) => svg("rect", { class: `bar ${b.kind}${b.open ? " open" : ""}`, x: part.x, y: b.y, width: part.width, height: b.height,
      rx: Math.min(4, part.width / 2) })),
    b.label && svg("text", { class: "label", x: b.labelX, y: b.y + b.height - 3.5, "text-anchor": b.anchor }, b.label)];
}

function mark(m) {
  const small = m.kind === "claimed";
  return [svg("line", { class: "lead", x1: m.line, y1: m.y + 12, x2: m.x, y2: m.y + (small ? 3 : 7) }),
    svg("circle", { class: `mark ${m.kind}`, cx: m.x, cy: m.y, r: small ? 4 : 8 }),
    !small && svg("text", { class: "sign", x: m.x, y: m.y + 4, "text-anchor": "middle" }, LETTERS[m.kind] ?? "•"),
    m.label && svg("text", { class: "label", x: m.x + 12, y: m.y + 4 }, m.label)];
}

// A wait that is drawn shortened: an empty strip between two slanted lines.
function interruption(b, lines) {
  const middle = lines.bottom - 1;
  return svg("g", {},
    svg("rect", { class: "break", x: b.x0, y: 0, width: Math.max(b.x1 - b.x0, 1), height: lines.bottom }),
    svg("path", { class: "break-sign", d: `M${b.x0 - 3} ${middle + 5}l6 -10 M${b.x1 - 3} ${middle + 5}l6 -10` }));
}

function tick(t, lines) {
  return svg("g", {},
    svg("line", { class: "grid", x1: t.x, x2: t.x, y1: 0, y2: lines.bottom + 4 }),
    svg("text", { class: "tick", x: t.x, y: lines.bottom + 18, "text-anchor": t.anchor }, clock(t.at, lines)));
}

function clock(at, lines) {
  const time = absolute(new Date(at), new Date(at));
  return lines.days ? `${new Date(at).toLocaleDateString("en-CA").slice(5)} ${time.slice(0, 5)}` : time;
}

function shortened(lines) {
  return `Waits of ${span(lines.shortest)} and longer are drawn shortened: the strips between slanted lines are not to scale.`;
}

function summary(lines) {
  const steps = new Set(lines.bars.filter((b) => b.kind === "step").map((b) => b.words.name)).size;
  const waits = lines.bars.filter((b) => b.kind !== "step");
  const whole = lines.ticks[lines.ticks.length - 1].at - lines.ticks[0].at;
  const cut = lines.shortest > 0 ? ` ${shortened(lines)}` : "";
  return `${steps} steps and ${waits.length} waits within ${span(whole)}; ${lines.marks.length} marks of what was asked and decided.${cut} `
    + "The arrow keys go through it; the table below has the same.";
}

function told(item) {
  const { name, took, by, detail } = item.words;
  return [el("strong", {}, name), by && [" by ", el("bdi", {}, by)], took !== undefined && `, ${span(took)}`, ", ", absolute(new Date(item.at)),
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

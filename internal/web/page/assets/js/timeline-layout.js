// Where everything of a request's timeline goes: from spans and marks to rectangles. It draws nothing, so that it can be tested by itself.

import { scale } from "./timeline-scale.js";
import { span } from "./time.js";
import { spaced, status, step } from "./words.js";

const ROW = 22; // from one row to the next
const BAR = 15;
const CAPTION = 18; // above each lane
const AXIS = 24;
const LEAST = 4; // pixels of the shortest span
const MARK = 18; // from one mark to the next
const DAYS = 80_000_000; // milliseconds from which on a time alone would not say which day
const LABEL = 12; // pixels of the letters of a label
let measure = about; // how wide a text is, while a layout is made
const WAITS = ["park", "drain", "stop", "pause"];

const NAMES = { park: "set aside", drain: "mail under way", stop: "waits for you", pause: "between two workers" };
const MARKS = { asked: "asked", claimed: "taken", announced: "announced", decision: "decided", refused: "refused", takeover: "taken over",
  recovered: "journal given back", ended: "ended" };

/**
 * Lays out a timeline of the API for a picture of this width; size tells how many pixels the text of a label takes. Returns {width, height, lanes,
 * bars, marks, breaks, ticks, days, now, shortest}; bars are {x, y, width, height, parts, kind, open, label, anchor, labelX, words}, marks are
 * {x, y, line, kind, label, words}. now is where the present is, or null.
 */
export function layout(data, width, present, size = about) {
  measure = size;
  const from = Date.parse(data.from);
  const spans = data.spans.map((s) => ({ ...s, wait: WAITS.includes(s.kind), open: !s.to, from: Date.parse(s.from), to: s.to ? Date.parse(s.to) : present }));
  const marks = data.marks.map((m) => ({ ...m, at: Date.parse(m.at) }));
  const open = spans.some((s) => s.open) || !data.to;
  const to = Math.max(open ? present : 0, data.to ? Date.parse(data.to) : 0, ...spans.map((s) => s.to), ...marks.map((m) => m.at));
  const axis = scale(from, to, spans, marks.map((m) => m.at), width);
  const lanes = [];
  let y = 0;
  const lane = (name, rows) => {
    lanes.push({ name, y: y + CAPTION - 6, top: y + CAPTION });
    y += CAPTION + rows * ROW;
  };
  lane("Decisions", 1);
  const dots = placeMarks(marks, axis, width, lanes[0].top + ROW / 2);
  const idle = spans.filter((s) => s.wait);
  const steps = placeSteps(spans.filter((s) => !s.wait), idle, axis, width, y + CAPTION);
  lane("Steps", Math.max(steps.rows, 1));
  lane("Waits", 1);
  const waits = placeWaits(idle, axis, width, lanes[2].top);
  return { width, height: y + AXIS, bottom: y, lanes, bars: [...steps.bars, ...waits], marks: dots, breaks: axis.breaks,
    ticks: axis.ticks(to - from > DAYS ? 100 : 70), days: to - from > DAYS, now: open ? axis.x(present) : null, shortest: axis.shortest };
}

// About how many pixels a text takes, where nobody has drawn letters.
function about(text) {
  let sum = 0;
  for (const letter of text) sum += letter.codePointAt(0) > 0x10ff ? LABEL : LABEL * 0.58;
  return sum;
}

// Each step, however often it was begun, lies in the first row in which it touches nothing. A span of a step holds the waits in it: its parts are
// what is between them.
function placeSteps(spans, idle, axis, width, top) {
  const byName = Map.groupBy([...spans].sort((a, b) => a.from - b.from), (s) => s.name);
  const rows = [];
  const bars = [];
  for (const [name, pieces] of byName) {
    const boxes = pieces.map((s) => ({ ...box(s, axis, width), parts: parts(s, idle, axis, width) }));
    const right = Math.max(...boxes.flatMap((b) => [b, ...b.parts]).map((b) => b.x + b.width));
    const label = put(clip(step(name), width), boxes[0].x, right, boxes[0].parts[0].width, width);
    let row = rows.findIndex((taken) => taken.every((t) => t.to + 6 <= label.from || label.to + 6 <= t.from));
    if (row < 0) row = rows.push([]) - 1;
    rows[row].push(label);
    boxes.forEach((b, i) => bars.push({ ...b, y: top + row * ROW, height: BAR, kind: "step", open: pieces[i].open, words: wordsOf(pieces[i], step(name)),
      ...labelled(i === 0 ? label : short(step(name), b.parts[0])) }));
  }
  return { bars, rows: rows.length };
}

function parts(s, idle, axis, width) {
  const out = [];
  let at = s.from;
  for (const w of idle.filter((one) => one.from < s.to && one.to > s.from).sort((a, b) => a.from - b.from)) {
    if (w.from > at) out.push(box({ from: at, to: w.from }, axis, width));
    at = Math.max(at, w.to);
  }
  if (at < s.to || out.length === 0) out.push(box({ from: Math.min(at, s.to), to: s.to }, axis, width));
  return out;
}

// All waits lie in one row. The longest get their labels first; a label lies on no other wait and on no other label.
function placeWaits(spans, axis, width, top) {
  const boxes = spans.map((s) => box(s, axis, width));
  const taken = boxes.map((b) => ({ from: b.x, to: b.x + b.width, of: b }));
  const labels = new Map();
  const order = spans.map((_, i) => i).sort((a, b) => boxes[b].width - boxes[a].width || spans[b].to - spans[b].from - (spans[a].to - spans[a].from));
  for (const i of order) {
    const length = span(spans[i].to - spans[i].from);
    const label = beside(`${waitName(spans[i])}, ${length}`, boxes[i], taken, width) ?? short(length.split(" ").slice(0, 2).join(" "), boxes[i]);
    labels.set(i, label);
    if (label && !label.inside) taken.push(label);
  }
  return spans.map((s, i) => ({ ...boxes[i], y: top, height: BAR, kind: s.kind, open: s.open, words: wordsOf(s, waitName(s)), ...labelled(labels.get(i)) }));
}

function waitName(s) {
  return s.kind === "stop" ? `${NAMES.stop}: ${spaced(s.name)}` : NAMES[s.kind];
}

// A text in its box, behind it or before it, whole: wherever nothing else lies. Null where there is no such place.
function beside(text, b, taken, width) {
  const size = measure(text);
  const inside = short(text, b);
  if (inside) return inside;
  const right = b.x + b.width;
  const places = [{ x: right + 5, anchor: "start", from: right, to: right + 5 + size }, { x: b.x - 5, anchor: "end", from: b.x - 5 - size, to: b.x }];
  const place = places.find(({ from, to }) => from >= 0 && to <= width && taken.every((t) => t.of === b || t.from >= to || t.to <= from));
  return place ? { ...place, text, inside: false } : null;
}

// Marks that lie on each other are moved apart; a line leads to where each belongs.
function placeMarks(marks, axis, width, y) {
  const apart = Math.min(MARK, (width - MARK) / Math.max(marks.length - 1, 1));
  const dots = [...marks].sort((a, b) => a.at - b.at).map((m) => ({ line: axis.x(m.at), x: Math.max(axis.x(m.at), MARK / 2), y, kind: m.kind, mark: m }));
  for (let i = 1; i < dots.length; i++) dots[i].x = Math.max(dots[i].x, dots[i - 1].x + apart);
  for (let i = dots.length - 1, right = width - MARK / 2; i >= 0; i--, right -= apart) dots[i].x = Math.min(dots[i].x, right);
  return dots.map((d, i) => {
    const label = clip(title(d.mark), 200);
    const next = i + 1 < dots.length ? dots[i + 1].x - MARK / 2 : width;
    const { mark, ...rest } = d;
    return { ...rest, at: mark.at, label: mark.kind !== "claimed" && d.x + MARK / 2 + measure(label) + 6 < next ? label : "", words: markWords(mark) };
  });
}

function box(s, axis, width) {
  const x = Math.min(axis.x(s.from), width - LEAST);
  return { x, width: Math.max(axis.x(s.to) - x, LEAST), from: s.from, to: s.to };
}

function labelled(label) {
  return label ? { label: label.text, labelX: label.x, anchor: label.anchor, inside: label.inside } : {};
}

// A text where it has room within its bar.
function short(text, b) {
  return measure(text) + 8 <= b.width ? { text, x: b.x + 4, anchor: "start", inside: true } : null;
}

// Where a label goes: into its bar, behind it, or before it; what has no room anywhere is cut.
function put(text, left, right, inner, width) {
  const size = measure(text);
  if (size + 10 <= inner) return { text, x: left + 5, anchor: "start", inside: true, from: left, to: right };
  if (right + 5 + size <= width) return { text, x: right + 5, anchor: "start", inside: false, from: left, to: right + 5 + size };
  if (left - 5 - size >= 0) return { text, x: left - 5, anchor: "end", inside: false, from: left - 5 - size, to: right };
  const before = left > width - right;
  const cut = clip(text, before ? left - 5 : width - right - 5);
  return before ? { text: cut, x: left - 5, anchor: "end", inside: false, from: 0, to: right }
    : { text: cut, x: right + 5, anchor: "start", inside: false, from: left, to: width };
}

function clip(text, room) {
  if (measure(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 0 && measure(`${letters.join("")}…`) > room) letters.pop();
  return letters.length > 0 ? `${letters.join("")}…` : "";
}

function title(m) {
  if (m.kind === "decision") return spaced(m.name || "decided");
  if (m.kind === "refused") return `${spaced(m.name)} refused`.trim();
  if (m.kind === "ended") return m.name ? status(m.name) : MARKS.ended;
  return MARKS[m.kind] ?? spaced(m.kind);
}

// Says in words what a mark tells: {name, by, detail}.
function markWords(m) {
  return { name: title(m), by: m.by ?? "", detail: m.detail ?? "" };
}

function wordsOf(s, name) {
  return { name, detail: s.detail ?? "", took: s.to - s.from };
}

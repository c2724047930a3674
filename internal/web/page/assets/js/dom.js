// Nodes are made here and nowhere else. Text goes in as text: nothing that comes from outside is ever read as markup.

const KEY = Symbol("key");
const HANDLERS = Symbol("handlers");
const MEANT = Symbol("meant"); // the value that a view gives a field
const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Props: `key` tells siblings apart over redraws; functions named `on…` are handlers; `style` is an object of CSS properties;
 * true and false set or leave out an attribute; anything else is an attribute. Children: nodes, text, numbers, lists of them; null, undefined and
 * false are left out.
 */
export function el(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Makes an element of an SVG picture; otherwise as el. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  node[HANDLERS] = {};
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "key") node[KEY] = String(value);
    else if (typeof value === "function") node[HANDLERS][name] = node[name] = (event) => { value(event); }; // to return false would cancel it
    else if (name === "style") for (const [p, v] of Object.entries(value)) node.style.setProperty(p, v);
    else if (name === "value" && "value" in node && node.tagName !== "PROGRESS") node[MEANT] = node.value = value;
    else if (name === "checked") node[MEANT] = node.checked = true;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...nodes(children));
  if (node.tagName === "SELECT" && props?.value !== undefined) node.value = props.value; // its options are there only now
  return node;
}

/** Makes a flat list of nodes of what el takes as children. */
export function nodes(children) {
  const out = [];
  for (const c of [children].flat(Infinity)) {
    if (c === null || c === undefined || c === false || c === "") continue;
    out.push(c instanceof Node ? c : document.createTextNode(String(c)));
  }
  return out;
}

/**
 * Makes the children of host what fresh says, and keeps every node that is still meant: focus, selection, scroll and what somebody typed stay.
 * A node stays if its tag and its key are the same; without a key, its place among those without one counts, from either end.
 */
export function patch(host, fresh) {
  const list = nodes(fresh);
  const there = [...host.childNodes];
  const kept = pairs(there, list);
  const stays = new Set(kept.values());
  for (const n of there) if (!stays.has(n)) n.remove(); // first, for what is taken out and put in again elsewhere loses the focus
  let at = host.firstChild;
  for (const next of list) {
    const old = kept.get(next);
    if (!old) {
      host.insertBefore(next, at);
      continue;
    }
    if (old === at) at = at.nextSibling;
    else move(host, old, at);
    morph(old, next);
  }
}

// Which of the nodes that are there stands for which of a list.
function pairs(there, list) {
  const kept = new Map();
  const keyed = new Map(there.filter((n) => n[KEY] !== undefined).map((n) => [n[KEY], n]));
  for (const next of list) {
    const old = next[KEY] === undefined ? null : keyed.get(next[KEY]);
    if (!old || !alike(old, next)) continue;
    kept.set(next, old);
    keyed.delete(next[KEY]);
  }
  const old = there.filter((n) => n[KEY] === undefined);
  const mine = list.filter((n) => n[KEY] === undefined);
  const pair = (a, b) => a && b && alike(a, b) && kept.set(b, a);
  let first = 0;
  while (pair(old[first], mine[first])) first++;
  let oldEnd = old.length;
  let mineEnd = mine.length;
  for (; oldEnd > first && mineEnd > first && pair(old[oldEnd - 1], mine[mineEnd - 1]); oldEnd--) mineEnd--;
  for (let at = first; first < mineEnd && at < oldEnd; first++) if (pair(old[at], mine[first])) at++;
  return kept;
}

function move(host, node, before) {
  if (host.moveBefore) return void host.moveBefore(node, before); // it keeps the focus
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  host.insertBefore(node, before);
  focused?.focus({ preventScroll: true });
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && a[KEY] === b[KEY];
}

function morph(old, next) {
  if (old === next) return;
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  attributes(old, next);
  for (const name of Object.keys(old[HANDLERS] ?? {})) old[name] = null;
  old[HANDLERS] = next[HANDLERS] ?? {};
  Object.assign(old, old[HANDLERS]);
  patch(old, [...next.childNodes]);
  if (old[MEANT] !== next[MEANT]) mean(old, next[MEANT]);
}

function mean(field, value) {
  field[MEANT] = value;
  if (field.type === "checkbox" || field.type === "radio") field.checked = value === true;
  else field.value = value ?? "";
}

// What a person sets stays: whether details are open, and what stands in a field (until the view means another value than before).
function attributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (next.hasAttribute(name) || name === "style" || (name === "open" && (old.tagName === "DETAILS" || old.tagName === "DIALOG"))) continue;
    old.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes]) {
    if (name === "style" || (name === "open" && old.tagName === "DETAILS")) continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.style && old.style.cssText !== next.style.cssText) old.style.cssText = next.style.cssText;
}

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
    else if (typeof value === "function") node[HANDLERS][name] = node[name] = value;
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
 * A node stays if its tag and its key are the same; without a key, its place counts.
 */
export function patch(host, fresh) {
  const list = nodes(fresh);
  const keyed = new Map();
  for (const n of host.childNodes) if (n[KEY] !== undefined) keyed.set(n[KEY], n);
  let at = host.firstChild;
  for (const next of list) {
    const old = next[KEY] === undefined ? at : keyed.get(next[KEY]);
    if (!old || !alike(old, next)) {
      host.insertBefore(next, at);
      continue;
    }
    if (old === at) at = at.nextSibling;
    else host.insertBefore(old, at);
    keyed.delete(old[KEY]);
    morph(old, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
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

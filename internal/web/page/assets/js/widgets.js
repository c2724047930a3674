// Pieces that several views are made of.

import { el, svg } from "./dom.js";
import { status, tone } from "./words.js";

/** A table; on a narrow screen each row is a card. Columns: `{title, cell(row), class}`; mark(row) is the class of a row. */
export function table({ name, columns, rows, key, empty, mark }) {
  if (rows.length === 0) return el("p", { class: "empty", key: `${name} empty` }, empty);
  // The roles stand there since a table whose rows are laid out as cards would be none for a screen reader.
  return el("table", { "aria-label": name, role: "table", key: name },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns.map((c) => el("th", { scope: "col", role: "columnheader", class: c.class }, c.title)))),
    el("tbody", { role: "rowgroup" }, rows.map((row) => el("tr", { key: key(row), role: "row", class: mark?.(row) },
      columns.map((c) => el("td", { class: c.class, role: "cell", "data-label": c.title }, c.cell(row)))))));
}

/** The status of a request, as a word with a shape of its own: colour alone tells nothing. */
export function badge(id) {
  return el("span", { class: `badge ${tone(id)}` }, status(id));
}

/** How much is done. */
export function bar(name, done, total) {
  return el("progress", { max: Math.max(total, 1), value: Math.min(done, Math.max(total, 1)), "aria-label": name });
}

/** Something to be read before anything else; kind is info, warn, bad or good. */
export function notice(kind, ...children) {
  return el("div", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : "note" }, children);
}

/** A button. */
export function button(text, onclick, props) {
  return el("button", { type: "button", ...props, onclick }, text);
}

/** A button that copies a text; name says what it is. Where nothing beside it does, `label` is shown in it. */
export function copy(text, name, label = "") {
  return el("button", { type: "button", class: label ? "copy named" : "copy", "aria-label": `Copy ${name}`, title: `Copy ${name}`, onclick: async (event) => {
    const at = event.currentTarget;
    if (!await copied(text, at)) return unable(at, name);
    at.dataset.done = "yes";
    setTimeout(() => delete at.dataset.done, 1500);
  } }, svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "icon" },
    svg("path", { d: "M5.5 5.5h8v8h-8z M10.5 5.5v-3h-8v8h3" })), label && el("span", {}, label));
}

// Over plain HTTP from another machine the browser has no clipboard for pages: there the old way is left, which copies what is selected.
async function copied(text, at) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const field = el("textarea", { class: "unseen", value: text });
  at.after(field); // in the same dialog, if there is one: what is outside can't be selected
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  at.focus({ preventScroll: true });
  return done;
}

function unable(at, name) {
  const words = el("span", { class: "soft", role: "alert" }, ` The browser did not let ${name} be copied: select it and copy it by hand.`);
  at.after(words);
  setTimeout(() => words.remove(), 8000);
}

/** A text that people want elsewhere, such as an id, with its copy button. */
export function code(text, name) {
  return el("span", { class: "code" }, el("code", {}, text), copy(text, name));
}

/** Names and values, one below the other; rows without a value are left out. */
export function facts(rows) {
  return el("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => el("div", { key: name }, el("dt", {}, name), el("dd", {}, value))));
}

/** Buttons to older and newer pages of a list. */
export function pager({ older, newer }) {
  return el("nav", { class: "pager", "aria-label": "Pages" },
    button("Newer", newer ?? (() => {}), { disabled: !newer }), button("Older", older ?? (() => {}), { disabled: !older }));
}

/** A link out of what somebody else wrote: followed only if it leads to a web page, and in a tab of its own. */
export function link(target) {
  let url = null;
  try {
    url = new URL(target);
  } catch {
    return el("span", {}, target);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return el("span", {}, target);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, target);
}

// What went of a tenant, artifact by artifact.

import { el } from "./dom.js";
import { stamp } from "./time.js";
import { code, copy, table } from "./widgets.js";
import { capital, spaced } from "./words.js";

const OUTCOMES = {
  removed: ["removed", "good"], "found-gone": ["already gone", "calm"], "removed-unconfirmed": ["gone, answer lost", "part"],
};

/** Reports whether an artifact holds a text, in whichever letters; `text` is in small ones. */
export function holds(e, text) {
  return [e.artifact.kind, e.artifact.name, e.artifact.id, e.outcome, e.call, e.requestId, e.clientId].some((v) => v && v.toLowerCase().includes(text));
}

/**
 * Draws artifacts as a table. Rows are {e, n}: the evidence and its place in the journal. opened is a set of what is unfolded: of thousands of objects,
 * the text is made only of those that somebody wants to read.
 */
export function artifacts(rows, empty, opened, redraw) {
  const folded = fold(opened, redraw);
  return table({ name: "Artifacts", rows, key: (r) => r.n, empty, columns: [
    { title: "What", cell: ({ e, n }) => what(e.artifact, n, folded) },
    { title: "Outcome", cell: ({ e }) => outcome(e.outcome) },
    { title: "When", cell: ({ e }) => stamp(e.at) },
    { title: "Call", cell: ({ e, n }) => call(e, n) },
    { title: "Restorable until", cell: ({ e }) => (e.restoreUntil ? stamp(e.restoreUntil) : null) },
  ] });
}

function what(a, n, folded) {
  return el("div", {}, el("div", { class: "soft" }, capital(spaced(a.kind))), el("strong", { dir: "auto" }, a.name),
    el("div", {}, code(a.id, `the id of ${a.name}`)),
    a.before !== undefined && folded(`before ${n}`, "As it was", () => JSON.stringify(a.before, null, 2), a.name),
    a.restore && folded(`restore ${n}`, "How to restore it", () => a.restore, a.name));
}

function fold(opened, redraw) {
  return (key, title, make, name) => {
    const toggled = (event) => {
      if (event.currentTarget.open === opened.has(key)) return;
      if (event.currentTarget.open) opened.add(key);
      else opened.delete(key);
      redraw();
    };
    const text = opened.has(key) ? make() : "";
    return el("details", { class: "folded", key, ontoggle: toggled }, el("summary", {}, title, el("span", { class: "unseen" }, ` of ${name}`)),
      text && el("pre", { tabindex: "0", dir: "auto", "aria-label": title }, text), text && copy(text, `${title.toLowerCase()}: ${name}`, "Copy"));
  };
}

function outcome(id) {
  const [words, tone] = Object.hasOwn(OUTCOMES, id) ? OUTCOMES[id] : [spaced(id), "calm"];
  return el("span", { class: `badge ${tone}` }, words);
}

function call(e, n) {
  return el("div", {}, e.call ? el("code", {}, e.call) : el("span", { class: "soft" }, "none was needed"),
    e.requestId && el("div", { class: "ids" }, "service's id ", code(e.requestId, `the service's id of call ${n}`)),
    e.clientId && el("div", { class: "ids" }, "our id ", code(e.clientId, `our id of call ${n}`)));
}

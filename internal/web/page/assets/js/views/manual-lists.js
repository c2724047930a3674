// The lists of what waits for a person.

import { el } from "../dom.js";
import { requestAddress } from "../router.js";
import { keyOf } from "../seen.js";
import { stamp } from "../time.js";
import { due } from "../waiting.js";
import { badge, copy, link, notice, table } from "../widgets.js";
import { capital, service, spaced } from "../words.js";
import { account, tenant } from "./history-columns.js";

/** The manual steps, with what there is to do. old(row) is the row's state when it waits no more. */
export function todoList(rows, { details, now, old }) {
  if (rows.length === 0) return el("p", { class: "empty" }, "No manual step waits for a person.");
  return el("ol", { class: "todo" }, rows.map((r) => {
    const known = details.of(r);
    const task = known?.progress?.stop?.manual;
    const late = !old(r) && due(known) < now;
    return el("li", { key: keyOf(r), class: old(r) ? "stale" : late && "late" },
      el("h3", {}, el("a", { href: requestAddress(r) }, r.account), ", ", service(r.service), ", ", tenant(r)),
      gone(old(r)), unread(known),
      el("p", {}, task?.due ? term("Due ", task.due, late, "overdue") : "No due date.", task?.owner && [" Owner: ", el("bdi", {}, task.owner), "."]),
      task && instructions(task.instructions, task.link, r.account),
      el("p", { class: "acts" }, el("a", { href: requestAddress(r) }, `Say that it is done: request ${r.request}`)));
  }));
}

/** The other stops that wait for a decision. whys tells why a stop opens. */
export function decisionsList(rows, { details, now, old, whys }) {
  const stop = (r) => details.of(r)?.progress?.stop;
  return table({ name: "Decisions waiting", rows, key: keyOf, empty: "No request waits for a decision.", mark: (r) => old(r) && "stale", columns: [
    { title: "Request", cell: (r) => [el("a", { href: requestAddress(r), "aria-label": `Decide request ${r.request}` }, r.request), gone(old(r))] },
    { title: "Service account", cell: account },
    { title: "Stopped for", cell: (r) => el("div", {}, el("strong", {}, capital(spaced(r.stop ?? "a decision"))),
      whys[r.stop] && el("div", { class: "soft" }, capital(whys[r.stop])), unread(details.of(r)),
      stop(r)?.detail && el("div", { class: "detail", dir: "auto" }, stop(r).detail)) },
    { title: "Waits since", cell: (r) => since(r, details.of(r)) },
    { title: "Ends by itself", cell: (r) => (stop(r)?.expires ? term("", stop(r).expires, due(details.of(r)) < now, "expired") : "never") },
  ] });
}

/** What there is to do, as it was written: its lines stay. */
export function instructions(text, target, name) {
  return el("div", { class: "task" }, text && el("p", { class: "lines", dir: "auto" }, text),
    el("p", { class: "acts" }, text && copy(text, `the instructions for ${name}`, "Copy the instructions"), target && el("span", {}, link(target))));
}

/** Says what could not be read of a request. */
export function unread(known) {
  return known?.problem && notice("warn", `The request can't be read now: ${known.problem.line}`);
}

// A decision that was refused changes a request, and opens no stop: only of a request whose last event is its stop it is known when that opened.
function since(r, known) {
  const p = known?.progress;
  return el("span", {}, p?.stop && p.seq === p.stop.seq ? stamp(p.updated) : ["Changed ", stamp(r.updated)]);
}

// A time by which something has to be done: what is over is told by a shape and a word.
function term(words, at, over, name) {
  return el("span", {}, over && el("strong", { class: "badge bad" }, name), over && " ", words, stamp(at));
}

function gone(now) {
  if (!now) return null;
  return el("p", {}, now.status === "waiting" ? "It waits for something else now." : ["It waits no more: ", badge(now.status)]);
}

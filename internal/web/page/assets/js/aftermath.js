// What became of a request: how much went, what is left for a person, and where to go from here.

import { el } from "./dom.js";
import { requestAddress } from "./router.js";
import { facts, link } from "./widgets.js";
import { count, ended } from "./words.js";

/** Says how a request ended; "" while it has not. */
export function outcome(p) {
  switch (p.status) {
    case "succeeded": return "Everything that was found is gone, was read again and is not there any more. The account is closed.";
    case "succeeded-with-remainder": return "What this worker can remove is gone, and the account is closed. Something is left.";
    case "nothing-found": return "The tenant held nothing of the product for this account. The account is closed.";
    case "planned": return "This was a dry run: the plan is made, and nothing was changed.";
    case "cancelled": return "Somebody cancelled it. What was removed before stays removed, and the account stays in the list.";
    case "forced": return "It was closed by force: the account is closed, and what was not removed stays in the tenant.";
    case "rejected": return "The request was not valid, so nothing was done.";
    case "refused": return "The request was refused, so nothing was done.";
    case "failed": return "It was given up.";
  }
  return ended(p.status) ? "It has ended." : "";
}

/** Draws how many artifacts went, and how sure that is. */
export function counters(p) {
  if (!p.plan && p.removed + p.gone + p.unconfirmed === 0) return null;
  return el("section", { key: "counters", "aria-labelledby": "counters" }, el("h2", { id: "counters" }, "What went"), facts([
    ["Removed", told(p.removed, "by a call that was answered")],
    ["Already gone", told(p.gone, "absent before the first call")],
    ["Unconfirmed", told(p.unconfirmed, "called about, the answer was lost, and it is absent")],
    ["In doubt", told(p.inDoubt?.length ?? 0, "may be there or not: look")],
    ["Evidence", el("a", { href: `${requestAddress(p.request)}/evidence` }, "What went, when, and by which call")],
  ]));
}

function told(n, meaning) {
  return [el("strong", {}, count(n)), " ", el("span", { class: "soft" }, meaning)];
}

/** Draws what is left in the tenant or for a person, and what nobody knows. */
export function remainder(p) {
  const list = p.remainder ?? [];
  const doubt = p.inDoubt ?? [];
  if (list.length + doubt.length === 0) return null;
  return el("section", { key: "remainder", "aria-labelledby": "remainder" }, el("h2", { id: "remainder" }, ended(p.status) ? "What is left" : "Left so far"),
    el("ul", { class: "left-list" },
      list.map((r, i) => el("li", { key: `left ${i}` }, el("strong", { dir: "auto" }, r.name), el("p", { dir: "auto" }, r.instructions),
        r.link && el("p", {}, link(r.link)))),
      doubt.map((name, i) => el("li", { key: `doubt ${i}` }, el("strong", { dir: "auto" }, name),
        el("p", {}, "In doubt: a worker may have removed it, and its answer was lost. Look whether it is there.")))));
}

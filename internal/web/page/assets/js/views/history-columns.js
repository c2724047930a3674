// The columns of the history.

import { el } from "../dom.js";
import { requestAddress } from "../router.js";
import { has } from "../session.js";
import { stamp } from "../time.js";
import { badge, bar } from "../widgets.js";
import { count, service, spaced } from "../words.js";

/** The columns of a table of requests. */
export const columns = [
  { title: "Request", class: "name", cell: (r) => el("a", { href: requestAddress(r) }, r.request) },
  { title: "Service account", class: "name", cell: account },
  { title: "Status", class: "status", cell: (r) => [badge(r.status), explained(r)] },
  { title: "Waits for", cell: waits },
  { title: "Steps", class: "how-far", cell: (r) => r.total > 0 && [`${count(r.done)} of ${count(r.total)}`,
    bar(`Steps of ${r.request}: ${count(r.done)} of ${count(r.total)}`, r.done, r.total)] },
  { title: "Removed", class: "number", cell: (r) => count(r.removed ?? 0) },
  { title: "Left", class: "number", cell: (r) => count(r.remainder ?? 0) },
  { title: "Began", class: "when", cell: (r) => stamp(r.started) },
  { title: "Changed", class: "when", cell: (r) => stamp(r.updated) },
];

/** Whose account a request is about: its id, then the tenant and the service. */
export function account(r) {
  return el("div", {}, el("div", {}, r.account), el("div", { class: "soft" }, tenant(r), ", ", service(r.service)));
}

/** The tenant of a request. Others than the worker's own stand in lists, too: another worker has them, or nobody. */
export function tenant(r) {
  return has(r.tenant) ? r.tenant : `${r.tenant} (not a tenant of this worker)`;
}

// Why a request ended without having done its work: that is what somebody looks for.
function explained(r) {
  return ["rejected", "refused", "failed"].includes(r.status) && r.detail && el("div", { class: "detail", dir: "auto" }, r.detail);
}

/** Whom or what a request waits for. */
export function waits(r) {
  if (r.status === "waiting") return el("a", { href: requestAddress(r) }, `a person: ${spaced(r.stop ?? "a decision")}`);
  if (r.status === "parked" && r.until) return el("span", {}, "until ", stamp(r.until));
  if (r.status === "released") return "a worker";
  return null;
}

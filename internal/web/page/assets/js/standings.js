// How tenants stand with what all workers share: their gates, budgets and how many requests they have.

import { get } from "./api.js";
import * as clock from "./clock.js";
import { el } from "./dom.js";
import { milliseconds, span, stamp } from "./time.js";
import { bar } from "./widgets.js";
import { count, counted, statuses } from "./words.js";

/** Gets how the tenants stand. */
export async function standings(signal) {
  return (await get("/tenants", {}, signal)).tenants;
}

/** Adds up the requests of tenants by status: a Map of status to number, those that there are; null when nobody can tell. */
export function tally(tenants) {
  if (tenants.some((t) => !t.requests || t.requests.unknown)) return null;
  const sum = new Map();
  for (const s of [...statuses, "open", "total"]) {
    const n = tenants.reduce((all, t) => all + (t.requests[s] ?? 0), 0);
    if (n > 0 || s === "open" || s === "total") sum.set(s, n);
  }
  return sum;
}

/** How many requests a tenant has in a status; `href` leads to them. */
export function number(tenant, status, href) {
  const sum = tally([tenant]);
  if (!sum) return unknown();
  const n = sum.get(status) ?? 0;
  return n > 0 && href ? el("a", { href }, count(n)) : count(n);
}

/** Whether calls to a tenant go through now, and if not, until when. */
export function gate(tenant, now = clock.now()) {
  const g = tenant.gate;
  if (!g || g.unknown) return unknown();
  const until = g.closedUntil && Date.parse(g.closedUntil);
  if (until > now) return el("span", { class: "throttled" }, el("strong", { class: "badge wait" }, "throttled"), " until ", stamp(g.closedUntil));
  if (g.closed && !g.closedUntil) return el("span", { class: "throttled" }, el("strong", { class: "badge call" }, "closed"), " until a person opens it");
  return el("span", { class: "badge good" }, "open");
}

/** When the next gate opens by itself, or Infinity. */
export function opens(tenants, now = clock.now()) {
  return Math.min(...tenants.map((t) => Date.parse(t.gate?.closedUntil)).filter((at) => at > now), Infinity);
}

/** What is left of a tenant's budget of calls. */
export function budget(tenant) {
  const b = tenant.budget;
  if (!b) return el("span", { class: "soft" }, "no limit is set");
  const rate = el("span", { class: "soft" }, `${counted(b.calls, "call")} in ${span(milliseconds(b.per))}`);
  if (b.unknown || b.left === undefined) return el("span", {}, unknown(), " ", rate);
  const most = Math.max(b.burst, b.left);
  return el("div", { class: "budget" }, bar(`Budget left of ${tenant.alias}: ${count(b.left)} of ${count(most)} calls`, b.left, most),
    el("div", {}, `${count(b.left)} of ${count(most)} at once. `, rate));
}

function unknown() {
  return el("span", { class: "unknown", title: "What knows it (Redis) is away" }, "unknown");
}

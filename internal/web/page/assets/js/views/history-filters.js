// What the history may be narrowed to, and how many requests there are.

import { el } from "../dom.js";
import { requestAddress } from "../router.js";
import { session } from "../session.js";
import { badge, button } from "../widgets.js";
import { count, counted, ended, service, services, status, statuses } from "../words.js";

/** What an address selects. */
export function chosen(query) {
  const of = (name) => query.get(name) ?? "";
  return { tenant: of("tenant"), service: of("service"), account: of("account"), status: of("status"), open: query.get("open") === "true" };
}

/** Reports whether a request is selected. */
export function fits(filter, r) {
  return ["tenant", "service", "account", "status"].every((f) => filter[f] === "" || filter[f] === r[f]) && !(filter.open && ended(r.status));
}

/** The fields of the filter; select gets what somebody changes. */
export function filters(filter, select) {
  const any = Object.values(filter).some(Boolean);
  return el("div", { class: "row filters", role: "group", "aria-label": "Filter", key: "filters" },
    choice("Tenant", filter.tenant, session.tenants, (t) => t, (tenant) => select({ tenant })),
    choice("Service", filter.service, services, service, (s) => select({ service: s })),
    choice("Status", filter.status, statuses, status, (s) => select({ status: s })),
    el("label", { key: "account" }, el("span", {}, "Account"), el("input", { type: "text", value: filter.account, autocomplete: "off", spellcheck: "false",
      onchange: (e) => select({ account: e.currentTarget.value.trim() }) })),
    el("label", { class: "check", key: "open" },
      el("input", { type: "checkbox", checked: filter.open, onchange: (e) => select({ open: e.currentTarget.checked }) }), el("span", {}, "Open only")),
    button("Clear the filter", () => select({ tenant: "", service: "", account: "", status: "", open: false }), { class: "quiet", disabled: !any }));
}

function choice(name, value, values, words, change) {
  const known = value === "" || values.includes(value) ? values : [...values, value];
  return el("label", { key: name }, el("span", {}, name), el("select", { value, onchange: (e) => change(e.currentTarget.value) },
    el("option", { value: "" }, "all"), known.map((v) => el("option", { value: v }, words(v)))));
}

/** How many requests there are in each status, as a way to those. */
export function totals(sum, filter, select) {
  const of = filter.tenant ? `Requests of ${filter.tenant}` : "All requests";
  if (!sum) return el("p", { class: "totals soft", key: "totals" }, `${of}: how many there are is not known now.`);
  const wider = filter.service || filter.account ? ", whatever service and account" : "";
  return el("div", { class: "totals", key: "totals" },
    el("p", { class: "soft" }, `${of}${wider}: ${count(sum.get("total"))}, of which ${counted(sum.get("open"), "is open", "are open")}`),
    el("ul", { "aria-label": `${of} by status` }, [...sum].filter(([s]) => s !== "open" && s !== "total").map(([s, n]) => el("li", { key: s },
      el("button", { type: "button", class: "quiet", "aria-pressed": String(filter.status === s), "aria-label": `${status(s)} ${count(n)}`,
        onclick: () => select({ status: filter.status === s ? "" : s }) }, badge(s), " ", count(n))))));
}

/** A field that narrows what is on the page by id, and opens a request whose whole name is given: tenant/service/id. */
export function search(text, find) {
  return el("div", { class: "row search", key: "search" },
    el("label", {}, el("span", {}, "Request id, or tenant/service/id to open one"),
      el("input", { type: "text", value: text, autocomplete: "off", spellcheck: "false",
        onkeydown: (e) => { if (e.key === "Enter") go(e.currentTarget.value); },
        oninput: (e) => find(e.currentTarget.value) })),
    button("Open it", (e) => go(e.currentTarget.parentNode.querySelector("input").value)));
}

/** Reports whether a request is among those that the text in the field narrows to. */
export function found(text, r) {
  return named(text) !== null || r.request.includes(text.trim());
}

function go(text) {
  const ref = named(text);
  if (ref) location.hash = requestAddress(ref);
}

/** Reads the whole name of a request, as people write it (t/s/id) or messages do (t.s.id); null when it is none. */
export function named(text) {
  const [tenant, of, request, ...more] = text.trim().split(/[/.]/);
  const token = /^[A-Za-z0-9_-]{1,64}$/;
  return more.length === 0 && request && services.includes(of) && token.test(tenant) && token.test(request) ? { tenant, service: of, request } : null;
}

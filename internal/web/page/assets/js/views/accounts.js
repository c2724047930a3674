// The service accounts that are not removed yet, and where one asks for their removal.

import { el } from "../dom.js";
import { poll } from "../poll.js";
import { Records } from "../records.js";
import { askRemoval } from "../remove.js";
import { requestAddress } from "../router.js";
import { may, session } from "../session.js";
import { badge, button, code, notice, table } from "../widgets.js";
import { count, ended, service, services } from "../words.js";

const PAGE = 100; // rows at a time
const AGAIN = 5000; // milliseconds between two looks for what could not be read
const FEW = 10; // up to so many rows nobody needs a filter

const shown = { text: "", tenant: "", service: "", sort: "tenant", removed: false, page: 0 }; // kept while one looks at something else

const ORDERS = { tenant: ["tenant", "service", "id"], service: ["service", "tenant", "id"], id: ["id", "tenant", "service"] };

const order = new Intl.Collator("en", { numeric: true });

export function open(_, page) {
  const records = new Records({ gone: (a) => page.say(`${a.id} of ${a.tenant} is removed.`), changed: page.redraw, signal: page.signal });
  let kept = null; // {of, rows}: the rows that are shown, and for what

  // Of 10,000 records the order is made anew only when something of it may be otherwise.
  function picked() {
    const of = [records.version, shown.text, shown.tenant, shown.service, shown.sort, shown.removed].join("\n");
    if (kept?.of !== of) kept = { of, rows: pick(records.list) };
    return kept.rows;
  }

  poll(async () => {
    if (!records.problem) return;
    await records.states();
    page.redraw();
  }, { every: AGAIN }, page.signal);

  return {
    title: "Service accounts",
    load: () => records.load(session.tenants),
    changed(list) {
      records.hear(list, page.reload);
      page.redraw();
    },
    draw() {
      const accounts = records.list;
      const rows = picked();
      const last = Math.max(Math.ceil(rows.length / PAGE) - 1, 0);
      shown.page = Math.min(shown.page, last);
      const from = shown.page * PAGE;
      return [
        explain(accounts),
        records.cut && notice("warn", `Of a tenant with more than ${count(records.most)} records only the first ${count(records.most)} are listed.`),
        records.problem && el("div", { key: "unknown" }, notice("warn", `How the open requests stand is not known: ${records.problem.line} `,
          button("Try again", () => page.reload()))),
        controls(accounts, page),
        table({ name: "Service accounts", columns: columns((a) => records.of(a)), rows: rows.slice(from, from + PAGE), key: (a) => `${a.tenant} ${a.id}`,
          empty: empty(accounts) }),
        rows.length > PAGE && turning(rows.length, from, last, page),
      ];
    },
  };
}

function pick(accounts) {
  const text = shown.text.trim().toLowerCase();
  const has = (a) => [a.id, a.upn, a.appId, a.sharePointAppId, a.tenant, service(a.service)].some((t) => t?.toLowerCase().includes(text));
  const rows = accounts.filter((a) => (shown.removed || a.state !== "closed") && (!shown.tenant || a.tenant === shown.tenant) &&
    (!shown.service || a.service === shown.service) && (text === "" || has(a)));
  const by = ORDERS[shown.sort];
  const name = (a, of) => (of === "service" ? String(services.indexOf(a.service)) : a[of]);
  return rows.sort((a, b) => by.map((of) => order.compare(name(a, of), name(b, of))).find((n) => n !== 0) ?? 0);
}

function explain(accounts) {
  if (accounts.length === 0 || may("ask")) return null;
  return notice("info", session.name ? "Your token may not ask for a removal: it lacks the right ask in the worker's configuration."
    : "You can look. To remove an account, sign in at the top of the page with a token that may ask.");
}

function empty(accounts) {
  if (accounts.some((a) => a.state !== "closed")) return "No service account fits what you filter by.";
  if (accounts.length > 0) return "There is no service account left to remove.";
  return "No service account is recorded. The command publisher accounts add records one.";
}

function controls(accounts, page) {
  const there = accounts.filter((a) => a.state !== "closed");
  if (accounts.length < 2) return null;
  const set = (name) => (e) => {
    shown[name] = e.currentTarget.type === "checkbox" ? e.currentTarget.checked : e.currentTarget.value;
    shown.page = 0;
    page.redraw();
  };
  const choose = (name, title, options) => el("label", { key: name }, el("span", {}, title), el("select", { value: shown[name], onchange: set(name) },
    options.map(([value, text]) => el("option", { value }, text))));
  const many = accounts.length > FEW;
  const tenants = [...new Set(accounts.map((a) => a.tenant))].sort();
  return el("div", { class: "row filters", key: "filters", role: "search", "aria-label": "Service accounts" },
    many && el("label", { key: "text" }, el("span", {}, "Name, user or App Id"), el("input", { type: "search", value: shown.text, oninput: set("text") })),
    many && tenants.length > 1 && choose("tenant", "Tenant", [["", "All tenants"], ...tenants.map((t) => [t, t])]),
    many && choose("service", "Service", [["", "All services"], ...services.map((s) => [s, service(s)])]),
    choose("sort", "Sort by", [["tenant", "Tenant"], ["service", "Service"], ["id", "Account"]]),
    there.length < accounts.length && el("label", { class: "check", key: "removed" },
      el("input", { type: "checkbox", checked: shown.removed, onchange: set("removed") }), el("span", {}, "Removed ones, too")));
}

function turning(total, from, last, page) {
  const turn = (by) => () => {
    shown.page += by;
    page.redraw();
    scrollTo(0, 0);
  };
  return el("nav", { class: "pager", key: "pager", "aria-label": "Pages" },
    el("span", { role: "status" }, `${count(from + 1)} to ${count(Math.min(from + PAGE, total))} of ${count(total)}`),
    button("Previous", turn(-1), { disabled: shown.page === 0 }), button("Next", turn(1), { disabled: shown.page === last }));
}

function columns(of) {
  return [
    { title: "Account", class: "name", cell: (a) => el("strong", {}, a.id) },
    { title: "Tenant", class: "short", cell: (a) => a.tenant },
    { title: "Service", cell: (a) => service(a.service) },
    { title: "Kind", class: "short", cell: (a) => a.kind },
    { title: "App Id or user", class: "wide", cell: (a) => [a.appId && el("div", {}, code(a.appId, `the App Id of ${a.id}`)), a.upn && el("bdi", {}, a.upn)] },
    { title: "State", class: "short", cell: (a) => standing(a, of(a)) },
    { title: "Remove", class: "act", cell: (a) => may("ask") && a.state !== "closed" && !busy(of(a)) &&
      button("Remove…", () => askRemoval(a), { "aria-label": `Remove… ${a.id} of ${a.tenant}` }) },
  ];
}

function busy(r) {
  return r !== null && (r.status === "" || !ended(r.status));
}

function standing(a, r) {
  if (a.state === "closed") {
    return a.closed ? el("a", { href: requestAddress({ ...a, request: a.closed }) }, "removed") : "removed";
  }
  if (busy(r)) return el("a", { href: requestAddress(r) }, r.status === "" ? "being removed" : badge(r.status));
  return r ? ["in use; ", el("a", { href: requestAddress(r) }, badge(r.status))] : "in use";
}

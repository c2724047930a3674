// The service accounts that are not removed yet, and where one asks for their removal.

import { all, get, path } from "../api.js";
import { el } from "../dom.js";
import { askRemoval } from "../remove.js";
import { requestAddress } from "../router.js";
import { may, session } from "../session.js";
import { badge, button, code, notice, table } from "../widgets.js";
import { count, ended, service, services } from "../words.js";

const MOST = 10_000; // records of a tenant that are read
const PAGE = 100; // rows at a time
const FEW = 10; // up to so many rows nobody needs a filter
const SINGLY = 20; // up to so many ends at once each account is read by itself

const shown = { text: "", tenant: "", service: "", sort: "tenant", removed: false, page: 0 }; // kept while one looks at something else

const ORDERS = { tenant: ["tenant", "service", "id"], service: ["service", "tenant", "id"], id: ["id", "tenant", "service"] };

export function open(_, page) {
  let accounts = [];
  let cut = false;
  const requests = new Map(); // the newest state of the request that is or was open on an account

  return {
    title: "Service accounts",
    async load() {
      const lists = await Promise.all(session.tenants.map((t) => all(path("tenants", t, "accounts"), {}, "accounts", MOST, page.signal)));
      const { rows } = await all("/requests", { open: true }, "requests", 5000, page.signal);
      accounts = lists.flatMap((l) => l.rows);
      cut = lists.some((l) => l.more);
      for (const r of rows) take(r);
    },
    changed(list) {
      for (const r of list) take(r);
      const over = list.filter((r) => ended(r.status));
      if (over.length > SINGLY) page.reload();
      else for (const r of over) refresh(r);
      page.redraw();
    },
    draw() {
      const rows = pick(accounts);
      const last = Math.max(Math.ceil(rows.length / PAGE) - 1, 0);
      shown.page = Math.min(shown.page, last);
      const from = shown.page * PAGE;
      return [
        explain(accounts), cut && notice("warn", `Of a tenant with more than ${count(MOST)} records only the first ${count(MOST)} are listed.`),
        controls(accounts, page),
        table({ name: "Service accounts", columns: columns(state), rows: rows.slice(from, from + PAGE), key: (a) => `${a.tenant} ${a.id}`,
          empty: empty(accounts) }),
        rows.length > PAGE && turning(rows.length, from, last, page),
      ];
    },
  };

  function take(r) {
    const key = `${r.tenant} ${r.account}`;
    const known = requests.get(key);
    if (!known || (known.request === r.request ? known.seq <= r.seq : known.started <= r.started)) requests.set(key, r);
  }

  // A request that has ended closed its account, or gave it back.
  async function refresh(r) {
    try {
      const now = await get(path("tenants", r.tenant, "accounts", r.account), {}, page.signal);
      const at = accounts.findIndex((a) => a.tenant === r.tenant && a.id === r.account);
      if (at >= 0 && now.state === "closed" && accounts[at].state !== "closed") page.say(`${r.account} of ${r.tenant} is removed.`);
      if (at >= 0) accounts[at] = now;
      else accounts.push(now);
      page.redraw();
    } catch (error) {
      if (error.status !== 404 && !page.signal.aborted) page.reload();
    }
  }

  // The request that an account stands under: open on it, or the one that ended last while somebody looked.
  function state(a) {
    const known = requests.get(`${a.tenant} ${a.id}`);
    if (known && (!ended(known.status) || !a.open || a.open === known.request)) return known;
    return a.open ? { tenant: a.tenant, service: a.service, request: a.open, status: "" } : null;
  }
}

function pick(accounts) {
  const text = shown.text.trim().toLowerCase();
  const has = (a) => [a.id, a.upn, a.appId, a.sharePointAppId, a.tenant, service(a.service)].some((t) => t?.toLowerCase().includes(text));
  const rows = accounts.filter((a) => (shown.removed || a.state !== "closed") && (!shown.tenant || a.tenant === shown.tenant) &&
    (!shown.service || a.service === shown.service) && (text === "" || has(a)));
  const by = ORDERS[shown.sort];
  const name = (a, of) => (of === "service" ? String(services.indexOf(a.service)) : a[of]);
  return rows.sort((a, b) => by.map((of) => name(a, of).localeCompare(name(b, of), "en", { numeric: true })).find((n) => n !== 0) ?? 0);
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
    { title: "Account", cell: (a) => el("strong", {}, a.id) },
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
  return r !== null && !ended(r.status);
}

function standing(a, r) {
  if (a.state === "closed") {
    return a.closed ? el("a", { href: requestAddress({ ...a, request: a.closed }) }, "removed") : "removed";
  }
  if (busy(r)) return el("a", { href: requestAddress(r) }, r.status ? badge(r.status) : "being removed");
  return r ? ["in use; ", el("a", { href: requestAddress(r) }, badge(r.status))] : "in use";
}

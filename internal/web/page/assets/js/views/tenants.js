// The tenants: what is going on in each, whether its calls go through, and what is left of its budget.

import { address } from "../address.js";
import { el } from "../dom.js";
import { poll } from "../poll.js";
import { budget, gate, number, tally } from "../standings.js";
import { notice, table } from "../widgets.js";
import { count, ended } from "../words.js";
import { accounts, keepStandings } from "./tenants-data.js";

export function open(_, page) {
  const standing = keepStandings(page);
  const active = new Map(); // how many accounts are active, by tenant

  async function tallyAccounts(names) {
    await accounts(names, page.signal, (name, list) => active.set(name, list.filter((a) => a.state !== "closed").length));
    page.redraw();
  }
  const recount = poll(() => tallyAccounts(standing.list.map((t) => t.alias)).catch(() => {}), { every: 300_000, least: 5000 }, page.signal);

  return {
    title: "Tenants",
    async load() {
      await standing.load();
      await tallyAccounts(standing.list.map((t) => t.alias));
    },
    changed(list) {
      standing.soon();
      if (list.some((r) => ended(r.status))) recount(); // its account may be closed now
    },
    draw: () => [
      standing.late(),
      standing.list.some((t) => !tally([t])) && notice("warn", "What stands in Redis is not known now: it is away. Removals go on without it."),
      el("div", { class: "wide" }, table({ name: "Tenants", columns: columns(active), rows: standing.list, key: (t) => t.alias,
        empty: "There is no tenant that you may see." })),
    ],
  };
}

function columns(active) {
  return [
    { title: "Tenant", class: "name", cell: (t) => el("a", { href: `#/tenants/${encodeURIComponent(t.alias)}` }, t.alias) },
    { title: "Accounts in use", class: "number", cell: (t) => active.has(t.alias) && count(active.get(t.alias)) },
    { title: "Open requests", class: "number", cell: (t) => number(t, "open", address("/requests", { tenant: t.alias, open: true })) },
    { title: "Waiting for a person", class: "number", cell: (t) => number(t, "waiting", address("/requests", { tenant: t.alias, status: "waiting" })) },
    { title: "All requests", class: "number", cell: (t) => number(t, "total", address("/requests", { tenant: t.alias })) },
    { title: "Calls", cell: (t) => gate(t) },
    { title: "Budget left", cell: budget },
  ];
}

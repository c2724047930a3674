// The tenants: what is going on in each, whether its calls go through, and what is left of its budget.

import { address } from "../address.js";
import { el } from "../dom.js";
import { poll } from "../poll.js";
import { countRecords } from "../records.js";
import { budget, gate, number, tally } from "../standings.js";
import { button, notice, table } from "../widgets.js";
import { count, ended } from "../words.js";
import { keepStandings } from "./tenants-data.js";

const APART = 60_000; // milliseconds between two counts: each asks the worker once for every tenant

export function open(_, page) {
  const standing = keepStandings(page);
  const active = new Map(); // how many accounts are active, by tenant

  const due = new Set(); // tenants whose accounts may have been closed since they were counted
  let problem = null;

  async function tallyAccounts(names) {
    try {
      await countRecords(names, page.signal, (name, inUse) => active.set(name, inUse));
      problem = null;
    } catch (error) {
      if (page.signal.aborted) return;
      if (!error.line || error.status === 401) throw error;
      problem = error;
    }
    page.redraw();
  }

  let recounted = -Infinity;
  poll(async () => {
    if (due.size === 0 || performance.now() - recounted < APART) return;
    recounted = performance.now();
    const names = [...due];
    due.clear();
    await tallyAccounts(names);
    if (problem) names.forEach((name) => due.add(name));
  }, { every: 5000 }, page.signal);

  return {
    title: "Tenants",
    async load() {
      await standing.load();
      await tallyAccounts(standing.list.map((t) => t.alias));
    },
    changed(list) {
      standing.soon();
      for (const r of list) if (ended(r.status)) due.add(r.tenant); // its account may be closed now
    },
    draw: () => [
      standing.late(),
      problem && el("div", { key: "uncounted" }, notice("warn", `The accounts can't be counted now: ${problem.line} `,
        button("Count again", () => tallyAccounts(standing.list.map((t) => t.alias))))),
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

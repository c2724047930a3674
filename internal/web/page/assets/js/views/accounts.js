// The service accounts that are not removed yet.

import { all, path } from "../api.js";
import { el } from "../dom.js";
import { requestAddress } from "../router.js";
import { session } from "../session.js";
import { badge, code, notice, table } from "../widgets.js";
import { ended, service } from "../words.js";

export function open(_, page) {
  let accounts = [];
  const requests = new Map(); // the newest state of the request that is open on an account

  return {
    title: "Service accounts",
    async load() {
      const lists = await Promise.all(session.tenants.map((t) => all(path("tenants", t, "accounts"), {}, "accounts", 10_000, page.signal)));
      accounts = lists.flatMap((l) => l.rows).filter((a) => a.state !== "closed");
      const { rows } = await all("/requests", { open: true }, "requests", 5000, page.signal);
      for (const r of rows) take(r);
    },
    changed(list) {
      for (const r of list) take(r);
      if (list.some((r) => ended(r.status))) page.reload(); // its account may be closed now
      page.redraw();
    },
    draw: () => [
      accounts.length > 0 && !session.may.includes("ask") && notice("info", "You can look. To remove something, sign in."),
      table({ name: "Service accounts", columns: columns(requests), rows: accounts, key: (a) => `${a.tenant} ${a.id}`,
        empty: "There is no service account left to remove." }),
    ],
  };

  function take(r) {
    const key = `${r.tenant} ${r.account}`;
    const known = requests.get(key);
    if (!known || known.request !== r.request || known.seq <= r.seq) requests.set(key, r);
  }
}

function columns(requests) {
  const of = (a) => requests.get(`${a.tenant} ${a.id}`);
  return [
    { title: "Account", cell: (a) => el("strong", {}, a.id) },
    { title: "Tenant", cell: (a) => a.tenant },
    { title: "Service", cell: (a) => service(a.service) },
    { title: "Kind", cell: (a) => a.kind },
    { title: "App Id", cell: (a) => a.appId && code(a.appId, `the App Id of ${a.id}`) },
    { title: "State", cell: (a) => (of(a) && !ended(of(a).status) ? el("a", { href: requestAddress(of(a)) }, badge(of(a).status)) : "in use") },
  ];
}

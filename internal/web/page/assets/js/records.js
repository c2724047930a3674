// The records of service accounts, and under which request each of them stands. Both come from the worker in parts: lists at first, then what
// changes. An end is heard a moment before or after the record says the same, so a record that does not fit is read again.

import { all, get, path } from "./api.js";
import { ended } from "./words.js";

const MOST = 10_000; // records of a tenant that are read
const SINGLY = 20; // up to so many records are read one by one
const FIRST = 500; // milliseconds until a record that does not fit is read again, then twice as many
const TRIES = 5;

const CLOSES = ["succeeded", "succeeded-with-remainder", "nothing-found", "forced"];

export class Records {
  /** gone(account) hears that an account was closed while somebody looked; changed() that something is otherwise; signal ends everything. */
  constructor({ gone, changed, signal }) {
    Object.assign(this, { list: [], cut: false, most: MOST, gone, changed, signal });
    this.requests = new Map(); // by account: the newest state of the request that is, or was, open on it
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  /** Reads everything. */
  async load(tenants) {
    const lists = await Promise.all(tenants.map((t) => all(path("tenants", t, "accounts"), {}, "accounts", MOST, this.signal)));
    const { rows } = await all("/requests", { open: true }, "requests", 5000, this.signal);
    this.list = lists.flatMap((l) => l.rows);
    this.cut = lists.some((l) => l.more);
    for (const r of rows) this.take(r);
    this.again(0);
  }

  /** Hears what changed. Returns false when that is too much to look at one by one. */
  hear(list) {
    for (const r of list) this.take(r);
    const over = list.filter((r) => ended(r.status));
    if (over.length > SINGLY) return false;
    for (const r of over) this.read(r.tenant, r.account);
    this.again(0);
    return true;
  }

  /** The request that an account stands under: the one that is open on it, or the one whose end was heard; null when there is none. */
  of(a) {
    const known = this.requests.get(keyOf(a));
    if (known && (!a.open || a.open === known.request || !ended(known.status))) return known;
    return a.open ? { tenant: a.tenant, service: a.service, request: a.open, status: "queued" } : null;
  }

  take(r) {
    const key = `${r.tenant} ${r.account}`;
    const known = this.requests.get(key);
    if (!known || (known.request === r.request ? known.seq <= r.seq : known.started <= r.started)) this.requests.set(key, r);
  }

  async read(tenant, id) {
    try {
      const now = await get(path("tenants", tenant, "accounts", id), {}, this.signal);
      const at = this.list.findIndex((a) => a.tenant === tenant && a.id === id);
      if (at >= 0 && now.state === "closed" && this.list[at].state !== "closed") this.gone(now);
      if (at >= 0) this.list[at] = now;
      else this.list.push(now);
      this.changed();
    } catch (error) {
      if (!error.line && !this.signal.aborted) throw error; // what can't be read now stays as it is
    }
  }

  // Reports whether a record and its request say different things.
  apart(a) {
    const known = this.requests.get(keyOf(a));
    if (a.open) return !known || known.request !== a.open || ended(known.status);
    return known !== undefined && a.state !== "closed" && CLOSES.includes(known.status);
  }

  again(tries) {
    clearTimeout(this.timer);
    const list = this.list.filter((a) => this.apart(a)).slice(0, SINGLY);
    if (list.length === 0 || tries === TRIES || this.signal.aborted) return;
    this.timer = setTimeout(async () => {
      await Promise.all(list.map((a) => this.read(a.tenant, a.id)));
      this.again(tries + 1);
    }, FIRST * 2 ** tries);
  }
}

function keyOf(a) {
  return `${a.tenant} ${a.id}`;
}

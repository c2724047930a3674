// The records of service accounts, and under which request each of them stands. Both come from the worker in parts: lists at first, then what
// changes. An end is heard a moment before or after the record says the same, so a record that does not fit is read again.

import { all, get, path } from "./api.js";
import { each } from "./poll.js";
import { ended } from "./words.js";

const MOST = 10_000; // records of a tenant that are read
const SINGLY = 20; // up to so many records are read one by one
const APART = 5000; // milliseconds between two times that everything is read because of what changed
const FIRST = 500; // milliseconds until a record that does not fit is read again, then twice as many
const TRIES = 5;

const CLOSES = ["succeeded", "succeeded-with-remainder", "nothing-found", "forced"];

/**
 * Gets the records of each tenant and gives them to take(tenant, {rows, more, total}): a few tenants at a time, for the worker reads only so many lists at
 * once, and others ask, too.
 */
export async function readRecords(tenants, signal, take) {
  await each(tenants, async (t) => take(t, await all(path("tenants", t, "accounts"), {}, "accounts", MOST, signal)));
}

/** Counts the records of each tenant that are not closed, and gives the number to take(tenant, number): the worker counts, however many there are. */
export async function countRecords(tenants, signal, take) {
  await each(tenants, async (t) => take(t, (await get(path("tenants", t, "accounts"), { limit: 1 }, signal)).inUse));
}

export class Records {
  /** gone(account) hears that an account was closed while somebody looked; changed() that something is otherwise; signal ends everything. */
  constructor({ gone, changed, signal }) {
    Object.assign(this, { list: [], cut: false, most: MOST, gone, changed, signal });
    this.problem = null; // why it is not known under which request the accounts stand
    this.version = 0; // of the list: another one when it is another
    this.requests = new Map(); // by account: the newest state of the request that is, or was, open on it
    this.reads = new Map(); // by account: how often it was asked for, for an older answer is no news
    this.queue = new Map(); // the accounts to be read one by one
    this.loaded = -Infinity;
    signal.addEventListener("abort", () => { clearTimeout(this.timer); clearTimeout(this.paced); }, { once: true });
  }

  /** Reads everything. */
  async load(tenants) {
    this.loaded = performance.now();
    const asked = new Map(this.reads);
    const lists = new Map();
    await readRecords(tenants, this.signal, (t, list) => lists.set(t, list));
    const newer = new Map(this.list.filter((a) => this.reads.get(keyOf(a)) !== asked.get(keyOf(a))).map((a) => [keyOf(a), a]));
    this.list = tenants.flatMap((t) => lists.get(t).rows).map((a) => newer.get(keyOf(a)) ?? a);
    this.cut = [...lists.values()].some((l) => l.more);
    this.version++;
    await this.states();
    this.again(0);
  }

  // The accounts are shown, too, where their requests can't be read.
  async states() {
    try {
      const { rows } = await all("/requests", { open: true }, "requests", 5000, this.signal);
      for (const r of rows) this.take(r);
      this.problem = null;
    } catch (error) {
      if (!error.line || error.status === 401) throw error;
      this.problem = error;
    }
  }

  /** Hears what changed. Calls reload, now or after a while but once, when that is too much to look at one by one. */
  hear(list, reload) {
    for (const r of list) this.take(r);
    const over = list.filter((r) => ended(r.status));
    if (over.length + this.queue.size > SINGLY) {
      this.queue.clear();
      this.paced ??= setTimeout(() => {
        this.paced = undefined;
        reload();
      }, Math.max(0, this.loaded + APART - performance.now()));
      return;
    }
    for (const r of over) this.wants(r.tenant, r.account);
    this.again(0);
  }

  /** The request that an account stands under: the one that is open on it, or the one whose end was heard; null when there is none. */
  of(a) {
    const known = this.requests.get(keyOf(a));
    if (known && (!a.open || a.open === known.request || !ended(known.status))) return known;
    return a.open ? { tenant: a.tenant, service: a.service, request: a.open, status: "" } : null; // how it is, is not known
  }

  take(r) {
    const key = `${r.tenant} ${r.account}`;
    const known = this.requests.get(key);
    if (!known || (known.request === r.request ? known.seq <= r.seq : known.started <= r.started)) this.requests.set(key, r);
  }

  wants(tenant, id) {
    this.queue.set(`${tenant} ${id}`, { tenant, id });
    this.reading ??= this.work().finally(() => { this.reading = undefined; });
    return this.reading;
  }

  // One record after the other.
  async work() {
    while (this.queue.size > 0 && !this.signal.aborted) {
      const [key, { tenant, id }] = this.queue.entries().next().value;
      this.queue.delete(key);
      await this.read(key, tenant, id);
    }
  }

  async read(key, tenant, id) {
    const mine = (this.reads.get(key) ?? 0) + 1;
    this.reads.set(key, mine);
    try {
      const now = await get(path("tenants", tenant, "accounts", id), {}, this.signal);
      const at = this.list.findIndex((a) => a.tenant === tenant && a.id === id);
      if (at >= 0 && now.state === "closed" && this.list[at].state !== "closed") this.gone(now);
      if (at >= 0) this.list[at] = now;
      else this.list.push(now);
      this.version++;
      this.changed();
    } catch (error) {
      if (!error.line && !this.signal.aborted) reportError(error); // what can't be read now stays as it is
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
      await Promise.all(list.map((a) => this.wants(a.tenant, a.id)));
      this.again(tries + 1);
    }, FIRST * 2 ** tries);
  }
}

function keyOf(a) {
  return `${a.tenant} ${a.id}`;
}

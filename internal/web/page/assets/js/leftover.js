// What ended requests left for a person: their remainders, newest first.

import { get } from "./api.js";
import { each } from "./poll.js";
import { keyOf } from "./seen.js";
import { has } from "./session.js";
import { leaves } from "./words.js";

const PAGE = 200;
const PAGES = 20; // of each end that are read at a time: most that were cancelled left nothing
const LATER = 20; // requests of the same account that are looked at
const FEW = 4; // of them, those that came first, are read as a whole: what is left is taken up soon or never
const AGAIN = ["rejected", "refused", "planned"]; // ends of a request that took nothing up

/** The ended requests that left something, in the order of lists; four lists, one of each end, are read as one. */
export class Left {
  rows = [];
  #sources = leaves.map((status) => ({ status, rows: [], after: "", ended: false, pages: 0 }));

  constructor(signal) {
    this.signal = signal;
  }

  /** Reports whether there may be others. */
  get more() {
    return this.#sources.some((s) => s.rows.length > 0 || !s.ended);
  }

  /** Adds the next n and returns them, or fewer when those between them are many. */
  async next(n) {
    const found = [];
    for (const s of this.#sources) s.pages = 0;
    while (found.length < n) {
      await Promise.all(this.#sources.map((s) => this.#fill(s)));
      if (this.#sources.some((s) => s.rows.length === 0 && !s.ended)) break; // what comes next can't be told yet
      const some = this.#sources.filter((s) => s.rows.length > 0);
      if (some.length === 0) break;
      const first = some.reduce((a, b) => (Date.parse(b.rows[0].started) > Date.parse(a.rows[0].started) ? b : a));
      found.push(first.rows.shift());
    }
    this.rows.push(...found);
    return found;
  }

  async #fill(s) {
    while (s.rows.length === 0 && !s.ended && s.pages < PAGES) {
      const page = await get("/requests", { status: s.status, limit: PAGE, after: s.after }, this.signal);
      s.pages++;
      s.rows = page.requests.filter((r) => r.remainder > 0);
      s.after = page.next ?? "";
      s.ended = s.after === "";
    }
  }
}

/**
 * Finds out which of the rows were taken up by a later request of the same account: a Map from their key to that request. What can't be known,
 * since the account has had too many requests, is left out. details reads whole requests.
 */
export async function takenUp(rows, details, signal) {
  const by = new Map();
  const accounts = new Map(rows.map((r) => [`${r.tenant} ${r.service} ${r.account}`, r]));
  await each([...accounts.values()], async ({ tenant, service, account }) => {
    const of = await get("/requests", { tenant: has(tenant) ? tenant : "", service, account, limit: LATER }, signal);
    const requests = of.requests.filter((r) => r.tenant === tenant); // the worker looks for no tenant that it does not have
    const mine = rows.filter((r) => r.tenant === tenant && r.service === service && r.account === account);
    const first = Math.min(...mine.map((r) => Date.parse(r.started)));
    const later = requests.filter((r) => Date.parse(r.started) > first && !AGAIN.includes(r.status)).slice(-FEW);
    await details.read(later);
    for (const r of later) {
      const of = details.of(r)?.progress?.request.resumeOf;
      if (of) by.set(keyOf({ tenant, service, request: of }), r);
    }
  });
  return by;
}

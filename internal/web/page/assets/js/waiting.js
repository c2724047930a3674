// The requests that wait for a person, with what their stops ask. Lists don't have that: it is read from each request, some at a time.

import { all, get, requestPath } from "./api.js";
import { each } from "./poll.js";
import { keyOf } from "./seen.js";

const AT_A_TIME = 50;
const AHEAD = 500; // requests of a list whose due dates are looked at, whether they are shown or not

/** What is known of requests beyond their rows, kept as long as it is theirs. */
export class Details {
  #known = new Map(); // by request: {seq, progress, problem}

  constructor(signal) {
    this.signal = signal;
  }

  /** What was read of a request; undefined when nothing was. */
  of(r) {
    return this.#known.get(keyOf(r));
  }

  /** Reads those that are not known as they are now, four at a time. One that can't be read is kept as a problem. */
  async read(rows) {
    await each(rows.filter((r) => !this.#fresh(r)), async (r) => {
      try {
        const { progress } = await get(requestPath(r), {}, this.signal);
        this.#known.set(keyOf(r), { seq: progress?.seq ?? 0, progress });
      } catch (problem) {
        if (this.signal.aborted) return;
        if (!problem.line) throw problem;
        this.#known.set(keyOf(r), { seq: r.seq, problem });
      }
    });
  }

  /** Forgets all but these. */
  keep(rows) {
    const there = new Set(rows.map(keyOf));
    for (const key of this.#known.keys()) if (!there.has(key)) this.#known.delete(key);
  }

  #fresh(r) {
    const known = this.of(r);
    return known && !known.problem && known.seq >= r.seq;
  }
}

/** A list of requests that is shown 50 at a time, what is due first first. */
export class Unfolding {
  rows = [];
  #upto = AT_A_TIME;

  constructor(details) {
    this.details = details;
  }

  /** Takes the rows and reads the details of the first ones. */
  async take(rows) {
    this.rows = rows;
    await this.details.read(rows.slice(0, this.#upto));
  }

  /** Reads when the others are due, as many as that is bounded to. */
  async ahead() {
    await this.details.read(this.rows.slice(0, AHEAD));
    await this.details.read(this.shown);
  }

  /** How many rows are looked at for when they are due, if that is not all. */
  get bound() {
    return this.rows.length > AHEAD ? AHEAD : 0;
  }

  /** Reads the next ones. */
  async more() {
    this.#upto += AT_A_TIME;
    await this.details.read(this.shown);
  }

  get shown() {
    const at = new Map(this.rows.map((r) => [r, due(this.details.of(r))]));
    return [...this.rows].sort((a, b) => (at.get(a) === at.get(b) ? 0 : at.get(a) - at.get(b))).slice(0, this.#upto);
  }

  get rest() {
    return Math.max(0, this.rows.length - this.#upto);
  }
}

/** Gets the requests that wait for a person, those that have waited longest first. */
export async function waiting(signal) {
  const { rows, more } = await all("/requests", { status: "waiting" }, "requests", 10_000, signal);
  return { rows: rows.sort((a, b) => Date.parse(a.updated) - Date.parse(b.updated)), more };
}

/** When what a stop asks is due, or when the stop ends by itself: milliseconds, or Infinity. */
export function due(known) {
  const stop = known?.progress?.stop;
  const at = Date.parse(stop?.manual?.due ?? stop?.expires);
  return Number.isNaN(at) ? Infinity : at;
}

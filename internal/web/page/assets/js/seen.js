// What is newest of each request. Lists come from the workers' picture, which may be a moment behind what was already told as a change.

const MOST = 5000;

/** Names a request, among all tenants'. */
export function keyOf(r) {
  return `${r.tenant} ${r.service} ${r.request}`;
}

/** Remembers the newest state of the requests that changed, of a bounded number. */
export class Seen {
  #states = new Map();

  /** Takes summaries that changed. */
  take(list) {
    for (const r of list) {
      const key = keyOf(r);
      if (this.newest(r) !== r) continue;
      this.#states.delete(key); // so that those which changed last stand last
      this.#states.set(key, r);
    }
    for (const key of this.#states.keys()) {
      if (this.#states.size <= MOST) break;
      this.#states.delete(key);
    }
  }

  /** The newest state that is known of a request: the one given, or one that came as a change. */
  newest(r) {
    const known = this.#states.get(keyOf(r));
    return known && known.seq > r.seq ? known : r;
  }
}

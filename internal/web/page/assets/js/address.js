// The place in a list, kept in the address: a reload and the browser's Back find it again.

/** Makes an address such as "#/requests?status=waiting" of a path and what it selects; what is "" or false is left out. */
export function address(path, query) {
  const search = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== "" && v !== false && v !== undefined));
  return `#${path}${search.size ? `?${search}` : ""}`;
}

/**
 * The page of a list that the address names by the cursor `after`. The cursors of the pages before it lie in the browser's history beside the
 * address; whoever opens an address that somebody sent has none, and goes to the first page from there.
 */
export class Place {
  constructor(path, query) {
    this.path = path;
    this.after = query.get("after") ?? "";
    const kept = history.state?.before;
    this.before = this.after !== "" && Array.isArray(kept) && kept.every((c) => typeof c === "string") ? kept : [];
  }

  /** Reports whether this is the first page. */
  get first() {
    return this.after === "";
  }

  /** Goes to the page that begins at a cursor. */
  on(next, query) {
    this.go(next, [...this.before, this.after], query);
  }

  /** Goes a page back. */
  back(query) {
    const before = [...this.before];
    this.go(before.pop() ?? "", before, query);
  }

  /** Goes to the first page of another selection, in place of this address: Back leads out of the list, not through what was tried. */
  select(query) {
    this.after = "";
    this.before = [];
    history.replaceState(null, "", address(this.path, query));
  }

  go(after, before, query) {
    this.after = after;
    this.before = before;
    history.pushState({ before }, "", address(this.path, { ...query, after }));
  }
}

// All requests, newest first, a page at a time. Rows on the page follow what changes; nothing moves by itself: what is new is shown on demand.

import { get } from "../api.js";
import { Place } from "../address.js";
import { el } from "../dom.js";
import { poll } from "../poll.js";
import { keyOf, Seen } from "../seen.js";
import { session } from "../session.js";
import { standings, tally } from "../standings.js";
import { button, pager, table } from "../widgets.js";
import { counted } from "../words.js";
import { columns } from "./history-columns.js";
import { chosen, filters, fits, found, search, totals } from "./history-filters.js";

const ROWS = 50;

export function open(_, page, query) {
  const place = new Place("/requests", query);
  const seen = new Seen();
  const fresh = new Map(); // requests that belong on the page and came since it was loaded
  let filter = chosen(query);
  let shown = null; // {rows, next, of: what was asked for}
  let tenants = null;
  let find = "";
  let asked = 0;
  let busy = false;

  const count = async () => {
    tenants = await standings(page.signal).catch(() => null);
    page.redraw();
  };
  const recount = poll(count, { every: 30_000, least: 2000 }, page.signal);

  async function load() {
    const mine = ++asked;
    const of = JSON.stringify([filter, place.after]);
    busy = true;
    page.redraw();
    try {
      if (!tenants) count();
      const got = await filled(filter, place.after, page.signal);
      if (mine !== asked) return;
      shown = { rows: got.rows.map((r) => seen.newest(r)), next: got.next, of };
      const there = new Set(shown.rows.map(keyOf));
      // The list may be a moment behind; what would not stand on this page is no news of it.
      for (const [key, r] of fresh) if (there.has(key) || !place.first || !fits(filter, r) || !reaches(shown, r, filter)) fresh.delete(key);
    } catch (error) {
      if (mine !== asked) return; // of what nobody waits for any more
      if (shown?.of !== of) shown = null;
      throw error;
    } finally {
      if (mine === asked) busy = false;
    }
  }

  function select(change) {
    filter = { ...filter, ...change };
    place.select(filter);
    page.reload();
  }

  async function turn(go) {
    go();
    await page.reload();
    const head = document.querySelector(".list-head");
    head?.focus();
    head?.scrollIntoView();
  }

  return {
    title: "Requests",
    load,
    changed(list) {
      seen.take(list);
      recount();
      if (!shown) return;
      const at = new Map(shown.rows.map((r, i) => [keyOf(r), i]));
      for (const r of list) {
        const i = at.get(keyOf(r));
        if (i !== undefined) shown.rows[i] = seen.newest(r);
        else if (place.first && fits(filter, r) && reaches(shown, r, filter)) fresh.set(keyOf(r), r);
        else fresh.delete(keyOf(r));
      }
      page.redraw();
    },
    draw() {
      const rows = shown?.rows.filter((r) => found(find, r)) ?? [];
      return [
        filters(filter, select),
        totals(tenants && tally(tenants.filter((t) => !filter.tenant || t.alias === filter.tenant)), filter, select),
        search(find, (text) => { find = text; page.redraw(); }),
        el("div", { class: "over-list", key: "over" },
          el("p", { class: "list-head", tabindex: "-1", key: "head" }, shown ? said(shown, rows, place, filter) : "", busy && " Loading…"),
          fresh.size > 0 && button(`${counted(fresh.size, "new request")}: show`, () => page.reload(), { key: "show" })),
        shown && el("div", { key: "list", class: "history wide", "aria-busy": busy ? "true" : null },
          table({ name: "Requests", columns, rows, key: keyOf, empty: busy ? "Loading…" : none(find, filter),
            mark: (r) => (fits(filter, r) ? null : "stale") })),
        shown && pager({ newer: !place.first && !busy && (() => turn(() => place.back(filter))),
          older: shown.next !== "" && !busy && (() => turn(() => place.on(shown.next, filter))) }),
      ];
    },
  };
}

// A page of the API may have fewer rows than asked for, and none: it goes tenant by tenant where somebody sees some tenants only.
async function filled(filter, after, signal) {
  const rows = [];
  let next = after;
  do {
    const got = await get("/requests", { ...filter, open: filter.open || "", limit: ROWS - rows.length, after: next }, signal);
    rows.push(...got.requests);
    next = got.next ?? "";
  } while (next !== "" && rows.length < ROWS);
  return { rows, next };
}

// Reports whether a request would stand on the first page. Whoever sees some tenants only has a list that goes tenant by tenant.
function reaches({ rows, next }, r, filter) {
  if (next === "" || rows.length === 0) return true;
  const last = rows.at(-1);
  if (byTenant(filter) && r.tenant !== last.tenant) return session.tenants.indexOf(r.tenant) < session.tenants.indexOf(last.tenant);
  return Date.parse(r.started) >= Date.parse(last.started);
}

function byTenant(filter) {
  return !session.everywhere && !filter.tenant && session.tenants.length > 1;
}

function said(shown, rows, place, filter) {
  const n = place.first ? "First page" : place.before.length > 0 ? `Page ${place.before.length + 1}` : "A later page";
  const left = shown.rows.filter((r) => !fits(filter, r)).length;
  const by = byTenant(filter) ? " tenant by tenant," : "";
  return [`${n}: ${counted(rows.length, "request")},${by} those that began last first.`,
    left > 0 && ` ${counted(left, "row")} in grey changed since and no longer ${left === 1 ? "fits" : "fit"} the filter.`];
}

function none(find, filter) {
  if (find) return "No request on this page has this text in its id.";
  return Object.values(filter).some(Boolean) ? "No request fits the filter." : "Nothing was ever asked of this worker.";
}

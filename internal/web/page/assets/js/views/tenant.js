// One tenant: how it stands, its service accounts, and its last day as a picture.

import { address } from "../address.js";
import { get } from "../api.js";
import * as clock from "../clock.js";
import { asTable, DAY, facts as told, layout, legend, overlooked, picture, said } from "../day.js";
import { el } from "../dom.js";
import { poll } from "../poll.js";
import { readRecords } from "../records.js";
import { requestAddress } from "../router.js";
import { keyOf, Seen } from "../seen.js";
import { budget, gate, number } from "../standings.js";
import { button, code, facts, notice, table } from "../widgets.js";
import { count, ended, service } from "../words.js";
import { keepStandings } from "./tenants-data.js";

const MOST = 5000; // requests that are looked at, and as many that are open
const ROWS = 1000; // of them at a time
const LISTED = 100; // accounts at a time
const NARROWEST = 24; // pixels of a bar

export function open({ tenant }, page) {
  const standing = keepStandings(page);
  const seen = new Seen();
  const rows = new Map();
  let records = { rows: [], more: false };
  let listed = LISTED;
  let looked = {}; // how far the requests of the day were looked through
  let pointed = "";

  let problem = null;

  const reread = async () => {
    try {
      await readRecords([tenant], page.signal, (_, read) => { records = read; });
      problem = null;
    } catch (error) {
      if (page.signal.aborted) return;
      if (!error.line || error.status === 401) throw error;
      problem = error;
    }
    page.redraw();
  };
  const soon = poll(reread, { every: 300_000, least: 5000 }, page.signal);
  poll(() => { // the day goes on
    for (const [key, r] of rows) if (ended(r.status) && Date.parse(r.updated) < clock.now() - DAY) rows.delete(key);
    page.redraw();
  }, { every: 20_000 }, page.signal);
  addEventListener("resize", page.redraw, { signal: page.signal });

  return {
    title: `Tenant ${tenant}`,
    async load() {
      await standing.load();
      if (!standing.list.some((t) => t.alias === tenant)) return;
      await reread();
      const found = await lastDay(tenant, page.signal);
      looked = found;
      for (const r of found.rows) rows.set(keyOf(r), seen.newest(r));
    },
    changed(list) {
      const mine = list.filter((r) => r.tenant === tenant);
      if (mine.length === 0) return;
      seen.take(mine);
      for (const r of mine) rows.set(keyOf(r), seen.newest(r));
      standing.soon();
      if (mine.some((r) => ended(r.status))) soon();
      page.redraw();
    },
    draw() {
      const t = standing.list.find((one) => one.alias === tenant);
      if (!t) return el("p", { class: "empty" }, "There is no such tenant here, or you may not see it. ", el("a", { href: "#/tenants" }, "All tenants"));
      return [standing.late(), how(t), day(),
        problem && el("div", { key: "unread" }, notice("warn", `The accounts can't be read now: ${problem.line} `, button("Look again", reread))),
        list(records, listed, () => {
          listed += LISTED;
          page.redraw();
        })];
    },
  };

  function day() {
    const wide = Math.max(200, document.getElementById("main").clientWidth - 40);
    const laid = layout([...rows.values()], clock.now(), { least: NARROWEST / wide });
    const at = laid.bars.find((b) => keyOf(b.request) === pointed);
    return el("section", { key: "day", "aria-labelledby": "day" }, el("h2", { id: "day" }, "The last 24 hours"),
      el("p", { key: "said" }, said(laid, looked.more), overlooked(looked, number(standing.list.find((t) => t.alias === tenant), "total"))),
      laid.bars.length > 0 && [
        el("div", { class: "day", key: "picture" }, picture(laid, { name: `Requests of ${tenant} in the last 24 hours`, pointed, point: (key) => {
          pointed = key;
          page.redraw();
        } })),
        el("p", { class: "day-facts", key: "facts" }, at ? told(at) : "Point at a bar, or go to it with Tab and the arrow keys, to read what it is."),
        legend(laid),
        el("details", { key: "table" }, el("summary", {}, "The same as a table"), asTable(laid)),
      ]);
  }
}

function how(t) {
  return facts([
    ["Open requests", number(t, "open", address("/requests", { tenant: t.alias, open: true }))],
    ["Waiting for a person", number(t, "waiting", address("/requests", { tenant: t.alias, status: "waiting" }))],
    ["All requests", number(t, "total", address("/requests", { tenant: t.alias }))],
    ["Calls", gate(t)], ["Budget left", budget(t)],
  ]);
}

function list({ rows, more, total }, listed, further) {
  const one = (a) => ({ tenant: a.tenant, service: a.service, request: a.open });
  return el("section", { key: "accounts", "aria-labelledby": "accounts" }, el("h2", { id: "accounts" }, "Service accounts"),
  more && notice("warn", `Of ${count(total)} records only the first ${count(rows.length)} can be listed.`), table({
    name: "Service accounts", rows: rows.slice(0, listed), key: (a) => a.id, empty: "This tenant has no service accounts.", columns: [
      { title: "Account", cell: (a) => el("strong", {}, a.id) },
      { title: "Service", cell: (a) => service(a.service) },
      { title: "Kind", cell: (a) => a.kind },
      { title: "App Id or user", cell: (a) => (a.appId ? code(a.appId, `the App Id of ${a.id}`) : a.upn && code(a.upn, `the user of ${a.id}`)) },
      { title: "State", cell: (a) => (a.state === "closed" ? "removed" : a.open ? el("a", { href: requestAddress(one(a)) }, "being removed") : "in use") },
    ] }), rows.length > listed && button(`Show ${count(Math.min(LISTED, rows.length - listed))} more of ${count(rows.length)}`, further, { key: "more" }));
}

// The requests that may have been open within the last day. Lists go by when a request began: one that began long ago may have ended just now,
// so that a page is the last only when none on it reaches into the day. Returns {rows} and what day.js's overlooked takes.
async function lastDay(tenant, signal) {
  const began = clock.now() - DAY;
  const open = await newest({ tenant, open: true }, () => false, signal);
  const all = await newest({ tenant }, (r) => ended(r.status) && Date.parse(r.updated) < began, signal);
  return { rows: [...open.rows, ...all.rows], looked: all.rows.length, whole: all.whole, more: !all.over, open: open.over ? 0 : open.rows.length };
}

// Reads pages until one has nothing but what is past: {rows, whole, over}. It is over when no other page was wanted.
async function newest(query, past, signal) {
  const rows = [];
  let next = "";
  let over = false;
  do {
    const page = await get("/requests", { ...query, limit: ROWS, after: next }, signal);
    rows.push(...page.requests);
    next = page.next ?? "";
    over = next === "" || page.requests.every(past);
  } while (!over && rows.length < MOST);
  return { rows, whole: next === "", over };
}

// The messages that could not be used, those that were set aside last first.

import { Place } from "../address.js";
import { get } from "../api.js";
import { el } from "../dom.js";
import { poll } from "../poll.js";
import { may } from "../session.js";
import { stamp } from "../time.js";
import { button, code, notice, pager, table } from "../widgets.js";
import { capital, count, counted, spaced } from "../words.js";
import { requeue, show } from "./deadletter.js";

const ROWS = 50;

export function open(_, page, query) {
  const place = new Place("/dead-letters", query);
  let shown = null;
  let asked = 0;
  let dialog = null;

  async function load() {
    const mine = ++asked;
    const got = await get("/dead-letters", { order: "newest", limit: ROWS, after: place.after }, page.signal);
    if (mine === asked) shown = { rows: got.deadLetters, next: got.next ?? "" };
  }

  async function turn(go) {
    go();
    await page.reload();
    const head = document.querySelector(".list-head");
    head?.focus();
    head?.scrollIntoView();
  }

  poll(() => page.reload(), { every: 30_000 }, page.signal);
  const opened = (d) => { dialog = d; };

  return {
    title: "Dead letters",
    load,
    close: () => dialog?.close(),
    draw: () => shown && [
      el("p", {}, "Requests, decisions and other messages that no worker could use. Each is kept as a record. A request or a decision that was kept as it ",
        "came can be published again once its cause is mended. A request that was rejected has ended: it is asked for anew, under another id."),
      !may("operate") && notice("info", "You can look. To publish one again, sign in with the right “operate”."),
      el("div", { class: "over-list", key: "over" },
        el("p", { class: "list-head", tabindex: "-1", key: "head" }, said(shown, place)), button("Look again", () => page.reload(), { class: "quiet" })),
      el("div", { class: "wide", key: "list" }, table({ name: "Dead letters", columns: columns(opened), rows: shown.rows, key: (d) => d.seq,
        empty: place.first ? "There is no dead letter: every message could be used." : "There is none any more on this page." })),
      pager({ newer: !place.first && (() => turn(() => place.back({}))), older: shown.next !== "" && (() => turn(() => place.on(shown.next, {}))) }),
    ],
  };
}

function said({ rows, next }, place) {
  const n = place.first ? "First page" : place.before.length > 0 ? `Page ${place.before.length + 1}` : "A later page";
  return `${n}: ${counted(rows.length, "dead letter")}, the newest first. ${next === "" ? "The oldest stands last." : "Older ones follow on the next page."}`;
}

function columns(opened) {
  return [
    { title: "Number", class: "number", cell: (d) => count(d.seq) },
    { title: "Set aside", class: "when", cell: (d) => stamp(d.at) },
    { title: "Why", cell: (d) => el("div", {}, el("strong", {}, capital(spaced(d.reason))),
      d.detail && el("div", { class: "detail", dir: "auto" }, d.detail)) },
    { title: "Subject", cell: (d) => code(d.subject, `the subject of dead letter ${d.seq}`) },
    { title: "Size", class: "number", cell: (d) => el("span", {}, counted(d.size, "byte"), d.parts > 1 && `, part ${d.part} of ${d.parts}`) },
    { title: "Actions", class: "act", cell: (d) => el("span", { class: "acts" },
      button("Details", () => opened(show(d)), { "aria-label": `Details of dead letter ${d.seq}` }),
      may("operate") && d.publishable && button("Publish again…", () => opened(requeue(d)), { "aria-label": `Publish dead letter ${d.seq} again…` })) },
  ];
}

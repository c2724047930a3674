// What waits for a person: manual steps and decisions, and what ended requests left to be done by hand.

import { get } from "../api.js";
import * as clock from "../clock.js";
import { el } from "../dom.js";
import { fresh as once } from "../fresh.js";
import { poll } from "../poll.js";
import { keyOf, Seen } from "../seen.js";
import { Details, Unfolding, waiting } from "../waiting.js";
import { button, notice } from "../widgets.js";
import { count, counted } from "../words.js";
import { decisionsList, todoList } from "./manual-lists.js";
import { leftList } from "./manual-left.js";

const GAP = 1000; // milliseconds between two looks at what is read after the page was drawn
const DAY = 86_400_000; // milliseconds

export function open(_, page) {
  const seen = new Seen();
  const details = new Details(page.signal);
  const manual = new Unfolding(details);
  const decisions = new Unfolding(details);
  const left = leftList(page, details);
  const fresh = new Map();
  let whys = {};
  let bounded = false;
  let busy = false;

  poll(() => page.redraw(), { every: 15_000 }, page.signal); // what is late becomes so by itself

  async function more(list) {
    busy = true;
    page.redraw();
    await list.more().catch(fault);
    busy = false;
    page.redraw();
  }

  // What is read after the page was drawn.
  const beside = once(async () => {
    await Promise.all([left.load(), manual.ahead().then(() => decisions.ahead()).catch(fault)]);
    page.redraw();
  }, GAP, page.signal);

  // What can't be read is kept with its request and shown there: everything else is the page's own fault.
  function fault(error) {
    if (!page.signal.aborted) reportError(error);
  }

  return {
    title: "Manual steps",
    async load() {
      const [found, { stops }] = await Promise.all([waiting(page.signal), get("/stops", {}, page.signal)]);
      whys = Object.fromEntries(stops.map((s) => [s.name, s.why]));
      bounded = found.more;
      const rows = found.rows.map((r) => seen.newest(r)).filter((r) => r.status === "waiting");
      await manual.take(rows.filter((r) => r.stop === "manual"));
      await decisions.take(rows.filter((r) => r.stop !== "manual"));
      details.keep([...rows, ...left.rows]);
      beside();
      const there = new Set(rows.map(keyOf));
      for (const [key, r] of fresh) if (there.has(key) || r.status !== "waiting") fresh.delete(key); // the list may be a moment behind
    },
    changed(list) {
      seen.take(list);
      const known = new Map([...manual.rows, ...decisions.rows].map((r) => [keyOf(r), r]));
      const again = [];
      for (const r of list) {
        const same = known.get(keyOf(r));
        if (same && r.status === "waiting" && r.stop === same.stop) again.push(r);
        else if (r.status === "waiting" || left.ends(r)) fresh.set(keyOf(r), r);
        else fresh.delete(keyOf(r));
      }
      const old = clock.now() - DAY;
      for (const [key, r] of fresh) if (Date.parse(r.updated) < old) fresh.delete(key); // a tab may be open for weeks
      details.read(again).then(page.redraw, fault);
      page.redraw();
    },
    draw() {
      const now = clock.now();
      const cut = (list) => list.bound > 0 && el("p", { class: "soft" }, `Only the ${count(list.bound)} that changed longest ago are sorted by `,
        "when they are due; the others follow.");
      const old = (r) => { const n = seen.newest(r); return n.status !== "waiting" || n.stop !== r.stop ? n : null; };
      const rest = (list) => list.rest > 0 && button(`Show more: ${counted(list.rest, "request waits", "requests wait")} beside these`, () => more(list),
        { disabled: busy });
      return [
        el("div", { class: "over-list", key: "over" }, el("p", { class: "soft" }, `${counted(manual.rows.length, "manual step")} and `,
          `${counted(decisions.rows.length, "decision")} wait for a person; what is due first stands first.`),
        fresh.size > 0 && button(`${counted(fresh.size, "request")} changed: show`, () => page.reload(), { key: "show" })),
        bounded && notice("warn", "More requests wait than are listed here: the newest 10,000 are."),
        el("section", { key: "manual", "aria-labelledby": "manual-now" }, el("h2", { id: "manual-now" }, "Waiting for a person now"),
          cut(manual), todoList(manual.shown, { details, now, old }), rest(manual)),
        el("section", { key: "decisions", "aria-labelledby": "manual-decisions", class: "waiting" }, el("h2", { id: "manual-decisions" }, "Decisions waiting"),
          cut(decisions), decisionsList(decisions.shown, { details, now, old, whys }), rest(decisions)),
        el("section", { key: "left", "aria-labelledby": "manual-left" }, el("h2", { id: "manual-left" }, "Left to be done by hand"), left.draw()),
      ];
    },
  };
}

// What ended requests left to be done by hand.

import { el } from "../dom.js";
import { Left, takenUp } from "../leftover.js";
import { requestAddress } from "../router.js";
import { keyOf } from "../seen.js";
import { stamp } from "../time.js";
import { badge, button, code, notice } from "../widgets.js";
import { counted, ended, service } from "../words.js";
import { tenant } from "./history-columns.js";
import { instructions, unread } from "./manual-lists.js";

const AT_A_TIME = 50;

/** The list: {load, draw, ends}. details reads whole requests. */
export function leftList(page, details) {
  let left = null;
  let taken = new Map();
  let busy = false;
  let problem = null;
  let again = null; // what the button beside the problem does

  // The rows are shown as soon as they are known; what is within them, and which were taken up, comes afterwards.
  async function next(list) {
    const rows = await list.next(AT_A_TIME);
    if (list !== left) [left, taken] = [list, new Map()];
    page.redraw();
    await details.read(rows);
    page.redraw();
    const found = await takenUp(rows, details, page.signal);
    if (list === left) taken = new Map([...taken, ...found]);
  }

  async function look(list) {
    busy = true;
    problem = null;
    page.redraw();
    try {
      await next(list);
    } catch (error) {
      if (page.signal.aborted) return;
      if (!error.line) return void reportError(error);
      problem = error;
      again = () => look(list);
    } finally {
      busy = false;
      page.redraw();
    }
  }

  return {
    /** Reads the newest; what goes wrong is shown in the list. */
    load: () => look(new Left(page.signal)),

    /** The requests that are listed. */
    get rows() { return left?.rows ?? []; },

    /** Reports whether a request that changed belongs into the list. */
    ends: (r) => ended(r.status) && r.remainder > 0,

    draw() {
      const wrong = problem && el("div", { key: "wrong" }, notice("warn", `What is left can't be read now: ${problem.line} `, button("Look once more", again)));
      if (!left) return wrong || el("p", { class: "soft", key: "looking" }, "Looking…");
      const rows = left.rows.filter((r) => !taken.has(keyOf(r)));
      const hidden = left.rows.length - rows.length;
      return [
        el("p", { class: "soft" }, "Requests that have ended and left something, those that began last first. Nothing here can be ticked off: ",
          "ask for a removal of the same account again, with this request as the one to take up, and the worker looks at what is left."),
        hidden > 0 && el("p", { class: "soft" }, `${counted(hidden, "request")} not listed: a later one took up what was left.`),
        wrong, busy && el("p", { class: "soft", key: "looking" }, "Looking…"),
        rows.length === 0 ? !busy && !problem && el("p", { class: "empty" }, "Nothing is left to be done by hand.")
          : el("ul", { class: "todo", "aria-label": "Left to be done by hand" }, rows.map((r) => item(r, details.of(r)))),
        left.more && button("Show older ones", () => look(left), { disabled: busy, key: "older" }),
      ];
    },
  };
}

function item(r, known) {
  const remainder = known?.progress?.remainder ?? [];
  return el("li", { key: keyOf(r) },
    el("h3", {}, el("a", { href: requestAddress(r) }, r.account), ", ", service(r.service), ", ", tenant(r)),
    el("p", {}, badge(r.status), " ", stamp(r.updated), ` Request ${r.request}, ${counted(r.remainder, "thing")} left.`),
    unread(known),
    el("ul", {}, remainder.map((thing, i) => el("li", { key: i }, code(thing.name, thing.name), instructions(thing.instructions, thing.link, thing.name)))));
}

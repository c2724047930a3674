// Decisions where the request waits: why it does, what may be answered, and what each answer does.

import { decide, heard } from "./decision.js";
import { differenceView } from "./difference.js";
import { el } from "./dom.js";
import { askRemoval } from "./remove.js";
import { has, may, session } from "./session.js";
import { stamp } from "./time.js";
import { button, link, notice } from "./widgets.js";
import { ended, leaves } from "./words.js";
import { anytime, knows, stopTitle, verbDoes, verbLabel } from "./verbs.js";

let drift = { of: "" }; // what changed, of the stop that was looked at last

/**
 * Makes the nodes with which a person answers a request. Call it with every new progress document: a dialog that is open hears of it in this way.
 * `page` says what became of a decision; `redraw` is called after one.
 */
export function decisionPanel({ progress, page, redraw }) {
  heard(progress);
  const decided = (text) => {
    page?.say(text);
    page?.reload?.(); // the updates may be paused, or lost
    redraw?.();
  };
  if (ended(progress.status)) return rest(progress);
  return [progress.status === "waiting" && progress.stop && atStop(progress, decided, redraw), early(progress, decided)];
}

function atStop(progress, decided, redraw) {
  const stop = progress.stop;
  return el("section", { class: "decide", key: "decide", "aria-labelledby": "decide-title" },
    el("h2", { id: "decide-title" }, stopTitle(stop.name)),
    stop.manual ? byHand(stop.manual, stop.detail) : el("p", { class: "why" }, el("bdi", {}, stop.detail)),
    stop.name === "drift" && changes(progress, redraw),
    stop.expires && el("p", {}, "Open until ", stamp(stop.expires), ". After that the request ends as if it had been cancelled."),
    verbs(stop.offers.filter((v) => !anytime(v)), progress, decided), who(progress));
}

// It is asked for once for each stop, and stays while the request is looked at.
function changes({ request, plan, stop, ...rest }, redraw) {
  const of = [request.tenant, request.service, request.id, stop.seq, plan?.digest].join(" ");
  if (drift.of !== of) {
    const mine = { of, view: differenceView({ request, plan, stop, ...rest }, () => mine.redraw?.()) };
    drift = mine;
    mine.view.load();
  }
  drift.redraw = redraw; // of the view that is there now
  return drift.view.draw();
}

function byHand(manual, detail) {
  return el("div", { class: "by-hand" },
    [detail, !detail.includes(manual.instructions) && manual.instructions].filter(Boolean).map((t) => el("p", { class: "why" }, el("bdi", {}, t))),
    manual.link && el("p", {}, link(manual.link)),
    manual.owner && el("p", {}, "Whose task it is: ", el("bdi", {}, manual.owner)),
    manual.due && el("p", {}, "Due ", stamp(manual.due)));
}

function verbs(list, progress, decided) {
  if (list.length === 0) return null;
  const stop = progress.status === "waiting" ? progress.stop?.name : "";
  const here = may("decide") && has(progress.request.tenant);
  return el("ul", { class: "verbs" }, list.map((v, i) => el("li", { key: v },
    here && knows(v) ? button(verbLabel(v, stop), () => decide(v, progress, decided), { class: i === 0 && !anytime(v) ? "main" : "" })
      : el("strong", {}, verbLabel(v, stop).replace("…", "")),
    el("span", {}, verbDoes(v, stop)))));
}

// Cancel and force are there as long as the request has not ended.
function early(progress, decided) {
  const wish = progress.wish;
  return el("details", { class: "early", key: "early" }, el("summary", {}, "End it before it is done"),
    wish && notice("info", "Decided by ", el("bdi", {}, wish.decidedBy), `: ${wish.verb}. The worker obeys after the call that it is making.`),
    verbs(["cancel", "force"], progress, decided), progress.status !== "waiting" && who(progress));
}

function who({ request }) {
  if (!has(request.tenant)) return el("p", { class: "soft" }, "Nothing can be decided here: this worker does not have the tenant.");
  if (may("decide")) return null;
  return el("p", { class: "soft" }, session.name ? "Your token may not decide: it lacks the right decide in the worker's configuration."
    : "To answer, sign in at the top of the page with a token that may decide.");
}

// What an end left may be taken up by a new request.
function rest(progress) {
  const left = (progress.remainder?.length ?? 0) + (progress.inDoubt?.length ?? 0) > 0 || progress.steps?.some((s) => s.state === "skipped");
  if (!leaves.includes(progress.status) || !left) return [];
  return [el("section", { class: "decide", key: "decide", "aria-labelledby": "decide-title" }, el("h2", { id: "decide-title" }, "Something is left"),
    el("p", {}, "A new request can take up what this one left: it looks at the tenant again and plans what is still there."),
    takeUp(progress.request))];
}

function takeUp(request) {
  if (!has(request.tenant)) return el("p", { class: "soft" }, "It is asked for at a worker that has the tenant.");
  if (!may("ask")) return el("p", { class: "soft" }, "To ask for it, sign in with a token that may ask.");
  return button("Take up what is left…", () => askRemoval({ ...request, id: request.account }, { resumeOf: request.id }));
}

// What came, went and changed between the plan that somebody confirmed and the one that a request is on now.

import { get, requestPath } from "./api.js";
import { el } from "./dom.js";
import { artifactKey, why } from "./plan.js";
import { button, notice, table } from "./widgets.js";
import { capital, count, counted, spaced, step } from "./words.js";

const ROWS = 100; // of a list at a time
const LONG = 300; // letters of a value that are shown
const SORTS = { added: "Came", missing: "Went", changed: "Changed" };
const OTHERS = { calls: "Some objects are removed by another call than before.", order: "The objects go in another order." };

/**
 * Makes the view of what changed. Returns {load, draw}; changed is called when it wants to be drawn anew. What the worker tells of another plan than
 * that of the progress document is not shown.
 */
export function differenceView(progress, changed) {
  const rows = new Map(); // how many are shown, by list
  let found = null;
  let problem = "";

  async function load() {
    problem = "";
    try {
      const answer = await get(requestPath(progress.request, "plan", "difference"));
      if (answer.to.digest === progress.plan?.digest) found = answer;
      else problem = "the plan is another one by now.";
    } catch (error) {
      problem = error.line ?? error.message;
    }
    changed();
  }

  const more = (key, list, draw) => {
    const shown = rows.get(key) ?? ROWS;
    return [draw(list.slice(0, shown)), list.length > shown && button(`Show ${count(Math.min(ROWS, list.length - shown))} more of ${count(list.length)}`,
      () => { rows.set(key, shown + ROWS); changed(); }, { key: `more of ${key}` })];
  };

  const part = (key, sort, list, one, draw) => list?.length > 0 && el("div", { key, class: `shift ${sort}` },
    el("h4", {}, `${SORTS[sort]}: ${counted(list.length, one)}`), more(key, list, draw));

  const parts = (name, shift, one, draw) => Object.keys(SORTS).map((sort) => part(`${name} ${sort}`, sort, shift[sort], one,
    (list) => draw(sort, list, `${SORTS[sort]}: ${one}s`)));

  function body() {
    const none = ["artifacts", "suspects", "cautions", "remainder", "manual"].every((n) => Object.keys(found[n]).length === 0) && !found.other;
    return [
      parts("artifacts", found.artifacts, "object", objects), parts("suspects", found.suspects, "look-alike", objects),
      parts("cautions", found.cautions, "caution", texts((c) => c.text)), parts("manual", found.manual, "manual step", texts(task)),
      parts("remainder", found.remainder, "thing for a person", texts(task)),
      (found.other ?? []).map((o) => el("p", { key: `other ${o}` }, Object.hasOwn(OTHERS, o) ? OTHERS[o] : capital(spaced(o)))),
      none && el("p", { key: "none" }, "Nothing that a plan lists differs."),
    ];
  }

  return {
    load,
    draw: () => el("section", { class: "difference", key: "difference", "aria-label": "What changed in the tenant" },
      el("h3", {}, found ? against(found.from) : "What changed in the tenant"),
      !found && !problem && el("p", { class: "soft", key: "loading" }, "Loading what changed…"),
      problem && el("div", { key: "problem" }, notice("warn", `What changed can't be shown: ${problem} `, button("Look for it again", load))),
      found && body()),
  };
}

function against(from) {
  return from.confirmedBy ? ["What changed since the plan that ", el("bdi", {}, from.confirmedBy), " confirmed"] : "What changed since the plan before";
}

function task(t) {
  return `${t.name}: ${t.instructions}`;
}

function objects(sort, list, name) {
  const of = (row) => row.after ?? row;
  return table({ name, rows: list, key: (row) => artifactKey(of(row)), empty: "None.", columns: [
    { title: "Name", cell: (row) => [el("div", { class: "soft" }, capital(spaced(of(row).kind))), el("bdi", {}, of(row).name)] },
    { title: "Id", cell: (row) => el("code", {}, of(row).id) },
    sort === "changed" ? { title: "What changed", cell: (row) => turns(row.before, row.after) }
      : { title: sort === "added" ? "Goes with" : "Would have gone with", cell: (row) => [el("div", {}, step(of(row).step)), el("bdi", {}, why(of(row)))] },
  ] });
}

function texts(say) {
  return (sort, list) => el("ul", {}, list.map((row) => el("li", {}, sort === "changed" ? arrow(say(row.before), say(row.after)) : el("bdi", {}, say(row)))));
}

// The members of an object that are otherwise, and those of its state as it was read.
function turns(before, after) {
  const { before: was, ...old } = before;
  const { before: is, ...now } = after;
  const list = [...members(old, now).filter(([name]) => name !== "batch"), ...members(was, is)];
  return el("ul", { class: "turns" }, list.map(([name, a, b]) => el("li", {}, el("code", {}, name), ": ", arrow(a, b))));
}

function members(a, b) {
  const plain = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
  if (!plain(a) || !plain(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [["state", text(a), text(b)]];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => JSON.stringify(a[k]) !== JSON.stringify(b[k]))
    .map((k) => [k, text(a[k]), text(b[k])]);
}

function text(value) {
  if (value === undefined) return "";
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  return whole.length > LONG ? `${whole.slice(0, LONG)}…` : whole;
}

function arrow(a, b) {
  const one = (value) => (value === "" ? el("span", { class: "soft" }, "nothing") : el("bdi", {}, value));
  return [one(a), el("span", { "aria-hidden": "true" }, " → "), el("span", { class: "unseen" }, " became "), one(b)];
}

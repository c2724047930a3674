// A plan as a person reads it before they say yes: what will go and how, what stays, and what is theirs to do.

import { requestPath, send } from "./api.js";
import { save } from "./download.js";
import { el } from "./dom.js";
import { button, code, link, notice, table } from "./widgets.js";
import { count, counted, spaced, step } from "./words.js";

const ROWS = 200; // of a group at a time: a tenant may have thousands of one kind

const MATCHES = {
  name: "its name is one that the vendor publishes", "app-id": "it belongs to the App Id", "recorded-id": "its id is recorded",
  "recorded-name": "its name is recorded", "recorded-host": "the host that it calls is recorded",
};

/** Gets the plan that a request is on, with its digest. */
export async function loadPlan(request, signal) {
  const response = await send("GET", requestPath(request, "plan"), { signal });
  return { plan: await response.json(), digest: (response.headers.get("ETag") ?? "").replaceAll('"', "") };
}

/** What sets an artifact apart from the others of its plan. */
export function artifactKey(artifact) {
  return `${artifact.kind} ${artifact.id}`;
}

/** How a suspect is approved: by its name, or by its id where several have that name. */
export function approvalName(plan, suspect) {
  return plan.suspects.filter((s) => s.name === suspect.name).length > 1 ? suspect.id : suspect.name;
}

/** Why something is, or resembles, the product's. */
export function why(artifact) {
  if (Object.hasOwn(MATCHES, artifact.match)) return MATCHES[artifact.match];
  return String(artifact.match).replace(/^suspect: /, "");
}

/** The artifacts of a plan by step and kind, in the order of their removal. */
export function groups(plan) {
  const out = new Map();
  for (const a of plan.artifacts ?? []) {
    const key = `${a.step} ${a.kind}`;
    if (!out.has(key)) out.set(key, { key, step: a.step, kind: a.kind, list: [], call: plan.calls?.[a.kind] });
    out.get(key).list.push(a);
  }
  return [...out.values()];
}

// A number of objects of a kind: "2 transport rules", "3 ip allow entries".
function ofKind(n, kind) {
  const word = spaced(kind).replace(/^ip /, "IP ").replace(/^microsoft365 /, "Microsoft 365 ");
  return counted(n, word, word.replace(/([^aeiou])y$/, "$1ie") + "s");
}

/**
 * Makes the view of a plan. Returns {draw}: call it as often as something changes; what a person opened stays open. `changed` is called when it
 * wants to be drawn anew.
 */
export function planView(plan, digest, request, changed) {
  let problem = "";
  const open = new Set(); // only what is open is drawn: a plan may have thousands of rows
  const rows = new Map();
  const all = groups(plan);
  const total = (plan.artifacts ?? []).length;
  const steps = new Set(all.map((g) => g.step)).size;

  const fold = (key, summary, inside) => el("details", { key, class: "fold", ontoggle: (e) => {
    if (e.currentTarget.open === open.has(key)) return;
    if (e.currentTarget.open) open.add(key);
    else open.delete(key);
    changed();
  } }, el("summary", {}, summary), open.has(key) && inside());

  const list = (key, name, of) => {
    const shown = rows.get(key) ?? ROWS;
    return [artifactTable(name, of.slice(0, shown)), of.length > shown && button(`Show ${count(Math.min(ROWS, of.length - shown))} more of ${count(of.length)}`,
      () => { rows.set(key, shown + ROWS); changed(); }, { key: `more of ${key}` })];
  };

  const group = (g) => fold(g.key, [el("strong", {}, step(g.step)), `: ${ofKind(g.list.length, g.kind)}`], () => [
    g.call && el("p", { class: "soft" }, "By ", el("code", {}, g.call.call), g.call.needs && [", which needs ", g.call.needs]),
    list(g.key, `${step(g.step)}: ${spaced(g.kind)}`, g.list)]);

  return {
    draw: () => el("div", { class: "plan", key: "plan" },
      el("h3", {}, total === 0 ? "Nothing will go" : `What will go: ${counted(total, "object")} in ${counted(steps, "step")}`), all.map(group),
      staying(plan, fold, list),
      el("p", { class: "plan-name" }, "Plan ", code(digest, "the digest of the plan"), " ", button("Download the plan", async () => {
        try {
          problem = "";
          await download(request);
        } catch (error) {
          problem = error.line ?? error.message;
        }
        changed();
      })),
      problem && el("div", { key: "no download" }, notice("bad", `The plan can't be downloaded: ${problem}`)),
      el("p", { class: "soft" }, "The download also has the state of each object as it was read, and the command that would restore it where there is one.")),
  };
}

function staying(plan, fold, list) {
  const suspects = plan.suspects ?? [];
  const remainder = plan.remainder ?? [];
  const manual = plan.manual ?? [];
  return [
    manual.length > 0 && [el("h3", { key: "manual" }, "What you will be asked to do on the way"), tasks(manual, "manual")],
    (remainder.length > 0 || suspects.length > 0) && el("h3", { key: "stays" }, "What will stay"),
    suspects.length > 0 && fold("suspects", [el("strong", {}, counted(suspects.length, "look-alike")), ": kept unless approved by name"],
      () => list("suspects", "Look-alikes", suspects)),
    remainder.length > 0 && fold("remainder", [el("strong", {}, `${counted(remainder.length, "thing")} for a person`), ": listed again at the end"],
      () => tasks(remainder, "remainder")),
  ];
}

/** What is for a person to do: names, instructions and links. */
export function tasks(list, name) {
  return el("ul", { class: "tasks", key: `tasks of ${name}` }, list.map((t) => el("li", {}, el("strong", {}, el("bdi", {}, t.name)),
    el("p", {}, el("bdi", {}, t.instructions)), t.link && el("p", {}, link(t.link)))));
}

// A table of artifacts: what they are called, and why they are taken for the product's.
function artifactTable(name, list) {
  return table({ name, rows: list, key: artifactKey, empty: "None.", columns: [
    { title: "Name", cell: (a) => el("bdi", {}, a.name) },
    { title: "Id", cell: (a) => el("code", {}, a.id) },
    { title: "Why it is listed", cell: (a) => el("bdi", {}, why(a)) },
  ] });
}

function download(request) {
  return save(requestPath(request, "plan"), `plan-${request.tenant}.${request.service}.${request.id}.json`, "application/json");
}

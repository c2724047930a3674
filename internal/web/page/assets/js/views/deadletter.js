// One dead letter: what it holds, and publishing it again.

import { get, path, post } from "../api.js";
import { dialog, typed } from "../dialog.js";
import { el } from "../dom.js";
import { requestAddress } from "../router.js";
import { stamp } from "../time.js";
import { grave } from "../verbs.js";
import { button, code, copy, facts, notice } from "../widgets.js";
import { capital, count, counted, service, spaced } from "../words.js";
import { named } from "./history-filters.js";

/** Shows a dead letter of the list, with its content as far as it was kept. */
export function show(row) {
  let letter = null;
  const self = dialog({ title: `Dead letter ${count(row.seq)}`, draw: (d) => [about(row), letter ? content(letter) : loading(d)] });
  self.run(async () => { letter = await get(path("dead-letters", row.seq)); });
  return self;
}

/** Asks before a dead letter is published again, and does it. */
export function requeue(row) {
  let letter = null;
  let done = null;
  const ref = refOf(row.subject);
  const phrase = typed(ref ? `${ref.tenant}/${ref.request}` : String(row.seq), () => self.redraw());
  const self = dialog({
    title: `Publish dead letter ${count(row.seq)} again`,
    draw: (d) => [
      el("p", {}, "The message goes out once more as it came, on its subject, and a worker takes it up as if it were new: a request begins a removal, a ",
        "decision answers its stop. The letter stays as a record. What is still wrong with the message comes back as another dead letter."),
      letter && meaning(row, letter), about(row), letter ? content(letter) : loading(d),
      letter && !done && phrase.draw(),
      done && notice("good", el("p", {}, "It was published again on ", el("code", {}, done.subject), "."), follow(done.subject)),
    ],
    actions: (d) => !done && button("Publish it again", () => d.run(async () => {
      done = (await post(path("dead-letters", row.seq, "requeue"), {})).body;
    }), { class: "danger", key: "go", disabled: !d.ready || !letter || !phrase.typed() }),
  });
  self.run(async () => { letter = await get(path("dead-letters", row.seq)); });
  return self;
}

// What a worker would do with the message: whoever publishes it again says yes to that, so it is not folded away.
function meaning(row, letter) {
  const said = parsed(letter);
  const ref = refOf(row.subject);
  const text = (value) => el("bdi", {}, typeof value === "string" ? value : JSON.stringify(value));
  const options = said?.options ?? {};
  return el("section", { key: "meaning", "aria-label": "What it would do" }, facts([
    ["Kind", capital(row.subject.split(".")[1] ?? "")],
    ["Verb", said?.verb !== undefined && el("strong", {}, text(said.verb))],
    ["Tenant", ref && text(ref.tenant)], ["Service", ref && service(ref.service)], ["Request", ref && text(ref.request)],
    ["Account", said?.account !== undefined && text(said.account)],
    ["By", (said?.decidedBy ?? said?.requestedBy) !== undefined && text(said.decidedBy ?? said.requestedBy)],
  ].map(([name, value]) => [name, value || null])),
  !said && notice("warn", "What it says can't be read here: look at its content."),
  (options.confirmed || options.plan) && notice("warn", "It is confirmed beforehand: a worker may remove without asking anybody."),
  options.purge && notice("warn", "It purges: what could be restored for a while is removed for good."),
  grave(said?.verb) && notice("warn", "This decision removes something, or leaves something out for good."));
}

// What a message says, or null where that is no object.
function parsed(letter) {
  try {
    const said = JSON.parse(readable(letter.data ?? letter.kept ?? ""));
    return said !== null && typeof said === "object" && !Array.isArray(said) ? said : null;
  } catch {
    return null;
  }
}

function loading(d) {
  return d.busy && el("p", { class: "soft", key: "loading" }, "Loading…");
}

function about(row) {
  return facts([
    ["Why", el("span", { dir: "auto" }, capital(spaced(row.reason)), row.detail && `: ${row.detail}`)],
    ["Subject", code(row.subject, "the subject")], ["Set aside", stamp(row.at)],
    ["Size", counted(row.size, "byte")], ["Part", row.parts > 1 ? `${count(row.part)} of ${count(row.parts)}: this is not the whole message` : null],
  ]);
}

// What was kept of a message. It is somebody else's text and shown as nothing but text.
function content(letter) {
  const kept = letter.data ?? letter.kept;
  const header = Object.entries(letter.header ?? {}).map(([name, values]) => `${name}: ${values.join(", ")}`).join("\n");
  return [
    !letter.data && letter.size > 0 && notice("warn", "It was not kept as it came, so that it can't be published again.",
      letter.redacted > 0 && ` Taken out: ${counted(letter.redacted, "secret")}.`),
    kept && folded("Content", readable(kept), letter.size),
    header && folded("Headers", header),
    facts([["SHA-256 of the content as it came", letter.sha256 && code(letter.sha256, "the SHA-256")]]),
  ];
}

function folded(name, text, size) {
  return el("details", { key: name }, el("summary", {}, name, size !== undefined && `, ${counted(size, "byte")} as it came`),
    el("p", { class: "acts" }, copy(text, name.toLowerCase(), "Copy")),
    el("pre", { class: "payload", tabindex: "0", role: "region", "aria-label": name, dir: "auto" }, text));
}

// Content comes as base64, and is shown as it came: laid out anew, JSON would lose what may be wrong with it, such as a member given twice.
// What is no UTF-8 is shown with signs of replacement.
function readable(base64) {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}

// The request that a subject such as deprovision.request.<tenant>.<service>.<request> names, or null.
function refOf(subject) {
  return named(subject.split(".").slice(2).join("."));
}

function follow(subject) {
  const ref = refOf(subject);
  return ref && el("a", { href: requestAddress(ref) }, `Look at request ${ref.request}`);
}

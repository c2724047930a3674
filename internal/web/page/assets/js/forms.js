// What each decision needs from whoever takes it. A form has draw(dialog), missing() (what is not given yet, "" when nothing is), body() (the members
// of the decision beside its id, verb and stop), danger, and maybe sends() (what its button says), first() (to be waited for) and load().

import { typed } from "./dialog.js";
import { el } from "./dom.js";
import { differenceView } from "./difference.js";
import { approvalName, artifactKey, planView, tasks, why } from "./plan.js";
import { consumersOf } from "./consumers.js";
import { button, notice } from "./widgets.js";
import { counted, spaced, unusual } from "./words.js";
import { grave } from "./verbs.js";

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/; // what names things, so that no secret fits by accident
const SHOWN = 200;

/** Makes the form of a decision. */
export function form({ verb, progress, now, plan, digest, changed }) {
  const phrase = grave(verb) ? typed(`${progress.request.tenant}/${progress.request.account}`, changed) : null;
  const words = reason(verb, changed);
  const parts = [own({ verb, progress, now, plan, digest, changed }), words, phrase && { draw: () => phrase.draw(),
    missing: () => (phrase.typed() ? "" : "the phrase, typed"), body: () => ({}) }].filter(Boolean);
  return {
    danger: ["confirm", "force"].includes(verb) || (verb === "approve" && progress.stop.name === "brake"),
    draw: (d) => parts.map((p) => p.draw(d)),
    missing: () => parts.map((p) => p.missing()).find((m) => m !== "") ?? "",
    body: () => Object.assign({}, ...parts.map((p) => p.body())),
    sends: parts[0].sends,
    load: parts[0].load,
    first: parts[0].first || undefined,
  };
}

function own(of) {
  const { verb, progress } = of;
  switch (verb) {
    case "confirm": return confirmation(of);
    case "approve": return progress.stop.name === "brake" ? brake(of) : suspects(of);
    case "credentials": return credentials(of);
    case "manual-done": return says(progress.stop?.manual && tasks([{ name: "What had to be done", ...progress.stop.manual }], "manual"));
    case "cancel": return { ...says(), draw: () => standing(of.now()) };
    case "force": return { ...says(), draw: () => [notice("warn", "Nothing more is removed in the tenant. All that is left there becomes the remainder: ",
      "a list for a person. Only the product's own data goes, and the account is closed. It can be taken up later by a new request."), standing(of.now())] };
    default: return says(progress.stop && el("p", { class: "why", key: "detail" }, el("bdi", {}, progress.stop.detail)));
  }
}

function says(...content) {
  return { draw: () => content, missing: () => "", body: () => ({}) };
}

// What went already, and what stays when nothing more is done.
function standing(p) {
  const gone = p.removed + p.gone + p.unconfirmed;
  const left = p.plan ? Math.max(p.plan.artifacts - gone, 0) : null;
  return el("p", { key: "standing" }, gone === 0 ? "Nothing was removed so far. " : `${counted(gone, "object")} ${gone === 1 ? "is" : "are"} gone already. `,
    left === null ? "Nobody has looked yet what is in the tenant." : `${counted(left, "object")} of the plan ${left === 1 ? "stays" : "stay"} in the tenant.`);
}

function reason(verb, changed) {
  let text = "";
  const must = ["manual-done", "skip", "cancel", "force"].includes(verb);
  const name = verb === "manual-done" ? "How was it done?" : must ? "Why?" : "Why? (may be left empty)";
  return {
    draw: (d) => [el("label", { key: "reason" }, el("span", {}, `${name} It is kept in the evidence.`),
      el("textarea", { rows: 2, dir: "auto", oninput: (e) => { text = e.currentTarget.value; changed(); } })), d.beside("reason")],
    missing: () => (must && text.trim() === "" ? (verb === "manual-done" ? "how it was done" : "a reason") : ""),
    body: () => (text.trim() === "" ? {} : { reason: text.trim() }),
  };
}

function confirmation({ progress, plan, digest, changed }) {
  const view = planView(plan, digest, progress.request, changed);
  const before = progress.request.options.acknowledged ?? [];
  const cautions = progress.plan.cautions ?? [];
  const accepted = new Set(before);
  const drifted = progress.stop.name === "drift" && differenceView(progress, changed);
  let users = [];
  const caution = (c) => el("label", { class: "check caution", key: `caution ${c.code}` },
    el("input", { type: "checkbox", checked: accepted.has(c.code), disabled: before.includes(c.code), onchange: (e) => {
      if (e.currentTarget.checked) accepted.add(c.code);
      else accepted.delete(c.code);
      changed();
    } }), el("span", {}, el("bdi", {}, c.text), " ",
      el("span", { class: "soft" }, `(${c.code}${before.includes(c.code) ? ", accepted with the request" : ""})`)));
  return {
    first: drifted && drifted.load,
    load: async () => { users = await consumersOf(progress.request); },
    draw: (d) => [
      drifted && [notice("warn", el("bdi", {}, progress.stop.detail)), drifted.draw()],
      view.draw(),
      el("p", { key: "row" }, "At the end the account's own row at the product goes as well, and its record is closed."),
      cautions.length > 0 && [el("h3", { key: "cautions" }, "Before you confirm"), cautions.map(caution)],
      users.length > 0 && cautions.some((c) => c.code.endsWith("-stops")) && el("div", { key: "users" },
        el("p", {}, "Your own systems that use what stops, by the account's record:"), el("ul", {}, users.map((u) => el("li", {}, el("bdi", {}, u))))),
      d.beside("acknowledged"),
    ],
    missing: () => {
      const open = cautions.filter((c) => !accepted.has(c.code)).length;
      return open > 0 ? counted(open, "caution to accept", "cautions to accept") : "";
    },
    body: () => ({ planDigest: digest, acknowledged: cautions.map((c) => c.code).filter((c) => !before.includes(c)) }),
    sends: () => `Remove ${counted((plan.artifacts ?? []).length, "object")}`,
  };
}

function brake({ progress, plan, digest, changed }) {
  const view = planView(plan, digest, progress.request, changed);
  return {
    draw: (d) => [notice("warn", el("bdi", {}, progress.stop.detail)), view.draw(), d.beside("names")],
    missing: () => "",
    body: () => ({ planDigest: digest, names: ["brake"] }),
  };
}

function suspects({ plan, digest, changed }) {
  const list = plan.suspects ?? [];
  const chosen = new Map();
  let most = SHOWN;
  const choice = (s) => {
    const key = artifactKey(s);
    const name = approvalName(plan, s);
    return el("label", { class: "check", key }, el("input", { type: "checkbox", checked: chosen.has(key), onchange: (e) => {
      if (e.currentTarget.checked) chosen.set(key, name);
      else chosen.delete(key);
      changed();
    } }), el("span", {}, el("strong", {}, el("bdi", {}, s.name)), " ", el("span", { class: "soft" }, `${spaced(s.kind)}: `, el("bdi", {}, why(s)), " "),
      s.name === s.id ? null : [" Id ", el("code", {}, s.id)], unusual(s.name) && [" ", el("strong", {}, unusual(s.name))]));
  };
  return {
    draw: (d) => [el("h3", { key: "which" }, "Which of them may go?"), list.length === 0 && el("p", {}, "The plan has no look-alikes."),
      list.slice(0, most).map(choice),
      list.length > most && button(`Show more of ${counted(list.length, "look-alike")}`, () => { most += SHOWN; changed(); }, { key: "more" }),
      d.beside("names")],
    missing: () => (chosen.size === 0 ? "which of them" : ""),
    body: () => ({ planDigest: digest, names: [...chosen.values()] }),
    sends: () => (chosen.size === 0 ? "Approve" : `Approve ${counted(chosen.size, "look-alike")}`),
  };
}

function credentials({ progress, changed }) {
  let name = "";
  return {
    draw: (d) => [
      el("p", { class: "why", key: "detail" }, el("bdi", {}, progress.stop.detail)),
      el("label", { key: "credential" }, el("span", {}, "Name of a credential in the worker's configuration"), el("input", { type: "text", autocomplete: "off",
        autocapitalize: "off", spellcheck: "false", oninput: (e) => { name = e.currentTarget.value.trim(); changed(); } })),
      name !== "" && !TOKEN.test(name) && notice("warn", "This is no name of a credential: letters, digits, _ and -, at most 64. ",
        "If it is a secret, it went no further than this field."),
      d.beside("credentialRef"),
      el("p", { class: "soft", key: "never" }, "Never type a secret here. Secrets stay in the worker's configuration; a decision names one, and the rest of ",
        "this request uses it."),
    ],
    missing: () => (name === "" ? "the name" : TOKEN.test(name) ? "" : "a name that is allowed"),
    body: () => ({ credentialRef: name }),
  };
}

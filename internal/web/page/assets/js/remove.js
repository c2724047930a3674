// Asking for the removal of a service account. Asking removes nothing: a worker looks first, and what it found waits for a confirmation.

import { get, requestPath } from "./api.js";
import { cautionsOf, recordOf } from "./consumers.js";
import { dialog } from "./dialog.js";
import { el } from "./dom.js";
import { letter } from "./letter.js";
import { requestAddress } from "./router.js";
import { absolute } from "./time.js";
import { button, code, facts, notice } from "./widgets.js";
import { counted, ended, leaves, service, status } from "./words.js";

const BY_APP_ID = ["sharepoint-online", "onedrive", "teams"]; // their apps are found by it at SharePoint, should a person have to

/**
 * Opens the dialog that asks for the removal of an account: a record, or its tenant, service and id. `resumeOf` is the request whose remainder is to
 * be taken up.
 */
export function askRemoval(account, { resumeOf = "" } = {}) {
  const mail = letter("r");
  const wish = { reason: "", dryRun: false, drain: "", purge: false, resumeOf };
  let record = account;
  let warned = null; // what is to be known before, or why that is not known
  let earlier = [];
  const set = (name) => (e) => {
    wish[name] = e.currentTarget.type === "checkbox" ? e.currentTarget.checked : e.currentTarget.value;
    shown.redraw();
  };

  const shown = dialog({
    title: `Remove ${account.id} of ${account.tenant}`,
    draw: (d) => el("fieldset", { class: "plain", key: "form", disabled: mail.pending }, about(record), record.open && busyWith(record),
      steps(wish), warnings(record, warned), toNote(record), d.beside("account"), d.beside("service"),
      el("label", { key: "reason" }, el("span", {}, "Why? It is kept in the evidence. (may be left empty)"),
        el("textarea", { rows: 3, dir: "auto", oninput: set("reason") })), d.beside("reason"), options(d)),
    actions: (d) => el("div", { class: "send", key: "send" },
      mail.pending && el("span", { class: "soft" }, "It may be there already; sent again it is still one request."),
      button(mail.pending ? "Send again" : wish.dryRun ? "Ask for the plan only" : "Ask for the removal", () => send(d),
        { key: "go", class: "main", disabled: !d.ready || !!record.open })),
  });
  load();

  function options(d) {
    return el("details", { key: "options" }, el("summary", {}, "Options"),
      check("dryRun", "Only look: the request ends with the plan, and nothing is removed."),
      record.service === "exchange-online-inline" && [el("label", { key: "drain" },
        el("span", {}, "How long mail that is under way may still come back (such as 90m or 24h, from 0s to 720h; empty: as the tenant's policy has it)"),
        el("input", { type: "text", autocomplete: "off", placeholder: "24h", oninput: set("drain") })),
      d.beside("options.drain")],
      check("purge", "Remove for good: what the directory would keep for 30 days to be restored goes at once, too."),
      earlier.length > 0 && el("label", { key: "resume" }, el("span", {}, "Take up what an earlier request left"),
        el("select", { value: wish.resumeOf, onchange: set("resumeOf") }, el("option", { value: "" }, "No: everything anew"),
          earlier.map((r) => el("option", { value: r.request }, left(r))))),
      d.beside("resumeOf"),
      el("label", { key: "id" }, el("span", {}, "Id of the request (empty: one is made)"), el("input", { type: "text", autocomplete: "off",
        autocapitalize: "off", spellcheck: "false", oninput: (e) => mail.name(e.currentTarget.value.trim()) })), d.beside("id"));
  }

  function check(name, text) {
    return el("label", { class: "check", key: name }, el("input", { type: "checkbox", checked: wish[name], onchange: set(name) }), el("span", {}, text));
  }

  // What the record says now, and what earlier requests left. Neither keeps anybody from asking: the worker knows better anyway.
  async function load() {
    const of = { tenant: account.tenant, account: account.id };
    const [now, told, list] = await Promise.allSettled([recordOf(of), cautionsOf(of),
      get("/requests", { tenant: account.tenant, service: account.service, account: account.id, limit: 50 })]);
    if (now.status === "fulfilled") record = now.value;
    warned = told.status === "fulfilled" ? told.value : { problem: told.reason.line ?? told.reason.message };
    if (list.status === "fulfilled") {
      earlier = list.value.requests.filter((r) => leaves.includes(r.status) && (r.remainder > 0 || r.request === resumeOf));
      const last = list.value.requests.find((r) => r.request === record.open);
      if (last && ended(last.status)) record = { ...record, open: undefined }; // left over; the worker clears it
    }
    if (resumeOf && !earlier.some((r) => r.request === resumeOf)) earlier.unshift({ request: resumeOf });
    shown.redraw();
  }

  function send(d) {
    d.run(async () => {
      const given = (members) => Object.fromEntries(Object.entries(members).filter(([, v]) => v)); // what is left out is not sent
      const options = given({ dryRun: wish.dryRun, purge: wish.purge, drain: wish.drain.trim() });
      const { body } = await mail.send("/requests", { tenant: account.tenant, service: account.service, account: account.id, options,
        ...given({ product: record.product, reason: wish.reason.trim(), resumeOf: wish.resumeOf }) });
      d.close();
      location.hash = requestAddress(body.ref);
    });
  }
}

function about(a) {
  return facts([["Tenant", a.tenant], ["Service", service(a.service)], ["Kind", a.kind], ["User", a.upn && el("bdi", {}, a.upn)]]);
}

function busyWith(a) {
  return notice("warn", "A request is open on this account already. ", el("a", { href: requestAddress({ ...a, request: a.open }) }, "Look at it"));
}

function steps(wish) {
  const what = wish.resumeOf ? "is still there of what the earlier request left" : "the product left in the tenant";
  return el("ol", { class: "what-happens", key: "steps" },
    el("li", {}, "The account is verified, and the rights that its removal needs."),
    el("li", {}, `A worker looks at what ${what}, and makes a plan.`),
    wish.dryRun ? el("li", {}, "That is all: the request ends with the plan.")
      : el("li", {}, el("strong", {}, "Nothing is removed before the plan is confirmed"), ": by a person, or by the tenant's policy where it says so."));
}

// What is known of every removal of such an account. The plan says it again, with what was found, and each caution is to be accepted there.
function warnings(a, warned) {
  const bullets = (texts) => el("ul", {}, texts.map((t) => el("li", {}, el("bdi", {}, t))));
  const yours = a.consumers?.length > 0 && [el("p", {}, "Your own systems that use the product's APIs, by the account's record:"), bullets(a.consumers)];
  if (!warned) return el("p", { class: "soft", key: "warnings" }, "Loading what there is to know before…");
  const list = warned.cautions ?? [];
  const why = warned.problem ?? (warned.known ? "" : "the worker has no footprint of this product and service.");
  if (list.length === 0 && !why && !yours) return null;
  return el("div", { key: "warnings" }, notice("warn",
    list.length > 0 && [el("p", {}, "To know before you ask, as the vendor tells it:"), bullets(list.map((c) => c.text))],
    why && el("p", {}, `What stops with this account is not known here: ${why}`), yours,
    el("p", {}, "The plan comes with all cautions, each to be accepted before anything goes.")));
}

function toNote(a) {
  if (!BY_APP_ID.includes(a.service) || !(a.appId || a.sharePointAppId)) return null;
  const known = (id, name) => id && code(id, `the ${name}`);
  return el("div", { key: "note" }, el("p", {}, "To note, should a person have to look into SharePoint's list of apps later. The record keeps it as well."),
    facts([["App Id", known(a.appId, "App Id")], ["App Identifier at SharePoint", known(a.sharePointAppId, "App Identifier at SharePoint")]]));
}

function left(r) {
  if (!r.status) return r.request;
  return `${r.request}: ${status(r.status)} at ${absolute(new Date(r.updated))}, ${counted(r.remainder, "thing")} left`;
}

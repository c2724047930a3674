// What went of the tenant for one request, when and by which call; and the bundle that proves it.

import { get, requestPath } from "../api.js";
import { artifacts, holds } from "../artifacts.js";
import { save } from "../download.js";
import { el } from "../dom.js";
import { fresh } from "../fresh.js";
import { requestAddress } from "../router.js";
import { session } from "../session.js";
import { button, code, notice } from "../widgets.js";
import { count, counted, ended } from "../words.js";

const PAGE = 100;
const GAP = 2000; // milliseconds between two looks for what went meanwhile

export function open(params, page) {
  const here = (...more) => requestPath(params, ...more);
  const name = `${params.tenant}.${params.service}.${params.request}`;
  const pages = []; // {after, rows}, as far as they were asked for
  let next = ""; // where the page behind them begins
  let archived = false;
  let queued = false; // no worker has taken the request
  let over = true; // whether the request has ended
  let seal = ""; // of its end,
  let signed = false; // and whether a worker signed that
  let text = "";
  let busy = "";
  let problem = "";
  const opened = new Set();
  const look = fresh(() => page.reload(), GAP, page.signal);

  return {
    title: `Evidence of ${params.request}`,
    async load() {
      const state = await get(here(), {}, page.signal);
      queued = Boolean(state.queued);
      over = !queued && ended(state.progress.status);
      seal = state.seal ?? "";
      signed = Boolean(state.signature);
      if (!queued && next === "") await turn(pages.at(-1)?.after ?? ""); // a page that was not full may be now
    },
    changed(list) {
      if (next === "" && list.some((r) => r.tenant === params.tenant && r.service === params.service && r.request === params.request)) look();
    },
    draw: () => [
      el("p", { key: "under", class: "under" }, el("a", { href: requestAddress(params) }, "Back to the request"), " ", code(name, "the name of the request")),
      queued ? notice("info", "No worker has taken the request yet: there is nothing that could be evidence.") : archived ? moved() : [bundle(), list()],
    ],
  };

  async function turn(after) {
    try {
      const answer = await get(here("artifacts"), { limit: PAGE, after }, page.signal);
      if (pages.length > 0 && pages.at(-1).after === after) pages.pop();
      pages.push({ after, rows: answer.evidence });
      next = answer.next ?? "";
    } catch (error) {
      if (error.reason !== "archived") throw error;
      archived = true;
    }
  }

  // Does something that a button asks for, once at a time; what goes wrong is shown.
  async function run(what, work) {
    if (busy) return;
    busy = what;
    problem = "";
    page.redraw();
    try {
      await work();
    } catch (error) {
      if (page.signal.aborted) return;
      if (error.reason === "archived") archived = true;
      else problem = error.line ?? error.message;
    }
    busy = "";
    page.redraw();
  }

  function moved() {
    const kept = `${params.tenant}/${params.service}/${params.request}.jsonl`;
    return notice("warn", el("p", {}, "The journal of this request was moved to the archive, and its evidence with it."),
      el("p", {}, "Look for ", code(kept, "the name of the bundle"), " in the directory where the command ", el("code", {}, "worker archive"),
        " keeps its bundles. How it ended is still shown with the request."), sealed("the bundle that was kept"), verified(kept));
  }

  // The seal is of use only where it was noted before somebody had a reason to change anything.
  function sealed(of) {
    if (!over) return null;
    if (!seal) return el("p", { key: "seal" }, "It has no seal: an older worker wrote its end.");
    return el("div", { key: "seal" }, el("p", {}, "Seal: ", code(seal, "the seal"), signed && ", signed by a worker"),
      el("p", { class: "soft" }, "The seal stands for every event of the journal, in its order. Note it where those who can write the journal can't ",
        `change it, such as in a ticket: with it anybody can tell later that nothing was changed in ${of}.`));
  }

  // How a bundle is verified by the command.
  function verified(file) {
    const verify = `publisher evidence verify ${file}${over && seal ? ` --seal ${seal}` : ""}`;
    return el("div", { key: "verify" }, el("p", {}, "To verify it, without any connection: ", code(verify, "the command that verifies the bundle")),
      over && signed && el("p", { class: "soft" }, "To hold it to the signature, too, add ", el("code", {}, "--key"),
        " with a file that has the public half of the workers' key."));
  }

  function bundle() {
    const file = `${name}.jsonl`;
    return el("section", { key: "bundle", "aria-labelledby": "bundle" }, el("h2", { id: "bundle" }, "To keep"),
      el("p", {}, "The bundle is all that the journal holds of this request, and can be verified without any connection. ",
        "The report is the same as a page to print."),
      !over && notice("info", "The request has not ended: what is taken away now has no seal."),
      el("div", { class: "row" },
        button(busy === "bundle" ? "Getting the bundle…" : `Download the ${over ? "sealed" : "open"} bundle`, () => run("bundle", async () => {
          await save(here("evidence"), file, "application/jsonl", page.signal);
          page.say("The bundle is saved.");
        }), { class: "main", key: "get bundle", disabled: busy !== "" }), report()),
      problem && notice("bad", problem),
      sealed("the bundle"), verified(file));
  }

  // Whoever is signed in shows a token, which a link can't do.
  function report() {
    if (!session.name) return el("a", { key: "report", href: `/api/v1${here("report")}`, target: "_blank", rel: "noopener" }, "Open the report");
    return button(busy === "report" ? "Getting the report…" : "Download the report", () => run("report", async () => {
      await save(here("report"), `${name}.html`, "text/html", page.signal);
      page.say("The report is saved.");
    }), { key: "get report", disabled: busy !== "" });
  }

  function list() {
    const all = pages.flatMap((p) => p.rows).map((e, i) => ({ e, n: i + 1 }));
    const wanted = text.trim().toLowerCase();
    const rows = wanted ? all.filter(({ e }) => holds(e, wanted)) : all;
    const shown = `${counted(all.length, "artifact")}${next ? " so far, and there are more" : ""}`;
    return el("section", { key: "artifacts", class: "artifacts", "aria-labelledby": "artifacts" }, el("h2", { id: "artifacts" }, "What went"),
      all.length > 0 && el("label", { key: "filter" }, el("span", {}, next ? "Show of what is loaded only what holds" : "Show only what holds"),
        el("input", { type: "search", autocomplete: "off", spellcheck: "false", value: text, oninput: (event) => {
          text = event.currentTarget.value;
          page.redraw();
        } })),
      el("p", { role: "status", key: "shown" }, wanted ? `${count(rows.length)} of ${shown}` : shown),
      artifacts(rows, all.length ? "Nothing of what is loaded holds that." : "Nothing has gone.", opened, page.redraw),
      next && button(busy === "more" ? "Loading…" : "Show more", () => run("more", () => turn(next)),
        { key: "more", disabled: busy !== "" }));
  }
}

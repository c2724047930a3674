// Puts the view that the address names into the page and keeps it live.
//
// A view is a module with `open(params, page, query)`. It returns {title, load?(), draw(), changed?(requests), close?()}: load gets what it shows
// and may be called again; draw makes its nodes; changed hears the summaries of requests that changed. page has redraw(), reload(), say(text),
// and signal, which aborts when the view is left.

import { el, patch } from "./dom.js";
import * as live from "./live.js";
import { find, route } from "./router.js";
import { load, session } from "./session.js";
import { drawShell } from "./shell.js";
import { tick } from "./time.js";
import { signIn } from "./views/signin.js";
import { button, notice } from "./widgets.js";

route("/accounts", () => import("./views/accounts.js"));
route("/requests", () => import("./views/history.js"));
route("/requests/:tenant/:service/:request", () => import("./views/request.js"));
route("/requests/:tenant/:service/:request/evidence", () => import("./views/evidence.js"));
route("/manual", () => import("./views/manual.js"));
route("/tenants", () => import("./views/tenants.js"));
route("/tenants/:tenant", () => import("./views/tenant.js"));
route("/dead-letters", () => import("./views/deadletters.js"));

const LATELY = 1500; // milliseconds that a list may be behind

const main = document.getElementById("main");
let shown = null; // {view, where, abort, problem, loaded}

/** Says something to whoever listens to the page rather than looks at it. */
export function say(text) {
  document.getElementById("say").textContent = text;
}

async function show() {
  const where = find(location.hash || "#/accounts");
  leaveView();
  drawShell(where?.path ?? "", signed);
  if (!session.reading) return needsToken();
  if (!where) return lost();
  const abort = new AbortController();
  const me = (shown = { where, abort, view: null, problem: null, loaded: false, asked: false });
  const page = { redraw, reload: () => (me.fresh ? Promise.resolve() : reload(me)), say, signal: abort.signal };
  const module = await where.load();
  if (shown !== me) return;
  me.view = module.open(where.params, page, where.query);
  document.title = `${me.view.title} – Deprovisioner`;
  draw();
  if (arrived) main.focus();
  arrived = true;
  scrollTo(0, 0);
  await reload(me);
}

let arrived = false; // the first view takes no focus: the page begins at its begin

// One load at a time: whoever asks for another meanwhile gets it afterwards, together with all others.
function reload(me) {
  if (shown !== me || !me.view) return Promise.resolve();
  if (me.loading) return (me.next ??= me.loading.catch(() => {}).then(() => {
    me.next = null;
    return reload(me);
  }));
  me.loading = loads(me).finally(() => { me.loading = null; });
  return me.loading;
}

async function loads(me) {
  try {
    await live.begun(); // what is loaded before would miss what changes until then
    const began = performance.now();
    await me.view.load?.();
    if (shown !== me) return;
    me.problem = null;
    catchUp(me, began);
  } catch (error) {
    if (me.abort.signal.aborted) return;
    if (error.status === 401) return signed();
    if (!error.line) throw error; // a fault of the page itself belongs into the console
    me.problem = error;
  }
  me.loaded = true;
  if (shown === me) redraw();
}

// A list is drawn from a picture that may be a moment behind what the stream told already, and more may have come while it was loaded.
function catchUp(me, began) {
  const before = live.between(began - LATELY, began);
  const meanwhile = live.between(began);
  me.loaded = true;
  me.fresh = true; // no use in loading again what has just been loaded
  if (before.length > 0) me.view.changed?.(before);
  me.fresh = false;
  if (meanwhile.length > 0) me.view.changed?.(meanwhile);
}

function leaveView() {
  shown?.abort.abort();
  shown?.view?.close?.();
  shown = null;
}

function redraw() {
  if (!shown || shown.asked) return;
  shown.asked = true;
  requestAnimationFrame(draw);
}

function draw() {
  if (!shown?.view) return;
  shown.asked = false;
  const wrong = shown.problem && notice("bad", el("p", {}, shown.problem.line), button("Try again", () => reload(shown)));
  const waiting = !shown.loaded && el("p", { class: "soft", key: "loading" }, "Loading…");
  patch(main, [el("h1", { key: "title" }, shown.view.title), wrong, waiting, shown.loaded && shown.view.draw()]);
}

function lost() {
  document.title = "Not found – Deprovisioner";
  patch(main, [el("h1", { key: "title" }, "There is nothing here"),
    el("p", {}, "The address names no view. ", el("a", { href: "#/accounts" }, "Service accounts"))]);
}

function needsToken() {
  document.title = "Sign in – Deprovisioner";
  patch(main, [el("h1", { key: "title" }, "Sign in to look"),
    el("p", {}, "This worker shows nothing to whoever is not signed in."), button("Sign in", () => signIn(signed), { class: "main" })]);
}

// Whoever signs in or out sees other things: everything begins anew.
async function signed() {
  await load();
  if (session.reading) live.start();
  else live.stop();
  await show();
}

async function begin() {
  try {
    const problem = await load();
    if (problem) say("You were signed out: the worker does not know the token any more.");
  } catch (error) {
    drawShell("", signed);
    patch(main, [el("h1", { key: "title" }, "The worker does not answer"), notice("bad", error.line ?? error.message),
      button("Try again", begin, { class: "main" })]);
    return;
  }
  live.listen((requests) => {
    drawShell(shown?.where.path ?? "", signed);
    if (requests === "all") return void (shown && reload(shown));
    if (requests && shown?.loaded) shown.view.changed?.(requests);
  });
  if (session.reading) live.start();
  addEventListener("hashchange", show);
  setInterval(tick, 1000);
  await show();
}

await begin();

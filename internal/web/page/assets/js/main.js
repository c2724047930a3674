// Puts the view that the address names into the page and keeps it live.
//
// A view is a module with `open(params, page, query)`. It returns {title, load?(), draw(), changed?(requests), close?()}: load gets what it shows
// and may be called again; draw makes its nodes; changed hears the summaries of requests that changed. page has redraw(), reload(), say(text),
// and signal, which aborts when the view is left.

import { get } from "./api.js";
import * as clock from "./clock.js";
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

const OUT = "You were signed out: the worker does not know the token any more.";

const main = document.getElementById("main");
let shown = null; // {view, where, abort, problem, loaded}
let known = false; // whether the worker ever said who we are
let out = false; // the worker signed somebody out, who has not read it yet

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
  try {
    const module = await where.load();
    if (shown !== me) return;
    me.view = module.open(where.params, page, where.query);
  } catch (error) {
    if (shown === me) unopened(error);
    return;
  }
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
    me.loaded = true; // only now: a view that has nothing would say that there is nothing
    catchUp(me, began);
  } catch (error) {
    if (me.abort.signal.aborted) return;
    if (error.status === 401 && await signedOut()) return;
    if (!error.line) reportError(error); // a fault of the page itself belongs into the console, too
    me.problem = error;
  }
  if (shown === me) redraw();
}

// A list is drawn from a picture that may be behind what the stream told already, and more may have come while it was loaded.
function catchUp(me, began) {
  const before = live.between(0, began);
  const meanwhile = live.between(began);
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
  const wrong = shown.problem && el("div", { key: "problem" }, notice("bad", el("p", {}, reason(shown.problem)), button("Try again", () => reload(shown))));
  const waiting = !shown.loaded && !shown.problem && el("p", { class: "soft", key: "loading" }, "Loading…");
  patch(main, [el("h1", { key: "title" }, shown.view.title), wasSignedOut(), wrong, waiting, shown.loaded && shown.view.draw()]);
}

function reason(error) {
  return error.line ?? `This is a fault of the page: ${error.message}`;
}

// A module that does not come: the worker is away, or it is a newer one, whose page has other modules than the one that is open.
function unopened(error) {
  if (!/module/i.test(error.message)) reportError(error); // of a module that does not come, the browser says it
  document.title = "Not loaded – Deprovisioner";
  patch(main, [el("h1", { key: "title" }, "This view could not be loaded"), notice("bad",
    el("p", {}, "The worker is away, or it is a newer one with another page. “Try again” loads the whole page anew as soon as the worker answers."),
    button("Try again", renew))]);
}

async function renew() {
  try {
    await get("/session", {}, AbortSignal.timeout(5000));
  } catch (error) {
    if (!error.status) return say("The worker does not answer."); // loaded anew, the page would be gone
  }
  location.reload();
}

function wasSignedOut() {
  return out && el("div", { key: "signed out" }, notice("warn", OUT, " ", button("I know", () => { out = false; again(); }, { class: "quiet" })));
}

function again() {
  if (shown) redraw();
  else show();
}

function lost() {
  document.title = "Not found – Deprovisioner";
  patch(main, [el("h1", { key: "title" }, "There is nothing here"), wasSignedOut(),
    el("p", {}, "The address names no view. ", el("a", { href: "#/accounts" }, "Service accounts"))]);
}

function needsToken() {
  document.title = "Sign in – Deprovisioner";
  patch(main, [el("h1", { key: "title" }, "Sign in to look"), wasSignedOut(),
    el("p", {}, "This worker shows nothing to whoever is not signed in."), button("Sign in", () => signIn(signed), { class: "main" })]);
}

// Whoever signs in or out sees other things: everything begins anew. Of what somebody saw who signs out nothing stays, whatever the worker says.
async function signed() {
  out = false;
  if (session.name === "") {
    live.stop();
    leaveView();
    drawShell("", signed);
    patch(main, [el("p", { class: "soft", key: "loading" }, "Loading…")]);
  }
  await enter(signed);
}

// Finds out who we are and shows what they may see; `anew` is what tries it again.
async function enter(anew) {
  try {
    if (await load()) tellOut();
  } catch (error) {
    live.stop();
    leaveView();
    drawShell("", signed);
    patch(main, [el("h1", { key: "title" }, "The worker does not answer"), notice("bad", error.line ?? error.message),
      button("Try again", anew, { class: "main" })]);
    return;
  }
  if (session.reading) live.start();
  else live.stop();
  known = true;
  await show();
}

function tellOut() {
  out = true;
  say(OUT);
}

let asking = null;

// Asks after a refusal whether the token is still known. If it is not, everything begins anew as nobody. Returns whether that was so.
function signedOut() {
  return asking ??= (async () => {
    try {
      const problem = await load();
      if (!problem && session.reading) return false;
      if (problem) tellOut();
    } catch {
      return false; // what was refused says it
    }
    if (session.reading) live.start();
    else live.stop();
    show();
    return true;
  })().finally(() => { asking = null; });
}

function hear(changed) {
  drawShell(shown?.where.path ?? "", signed);
  if (live.status().problem?.status === 401) signedOut();
  if (changed === "anew") show();
  else if (changed === "all") void (shown && reload(shown));
  else if (changed && shown?.loaded) shown.view.changed?.(changed);
}

async function begin() {
  live.listen(hear);
  addEventListener("hashchange", () => { if (known) show(); });
  setInterval(tick, 1000);
  clock.turned(() => {
    if (!known) return; // nothing is shown yet
    hear(null);
    tick();
    redraw();
  });
  const first = () => enter(first);
  await first();
}

await begin();

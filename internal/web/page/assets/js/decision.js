// The dialog of one decision: what it does, what it needs, and what became of it. It is about the stop and the plan that were looked at when it
// was opened. When the request moves on meanwhile it says so and sends nothing.

import { get, requestPath } from "./api.js";
import { dialog } from "./dialog.js";
import { el } from "./dom.js";
import { form } from "./forms.js";
import { fresh } from "./fresh.js";
import { letter } from "./letter.js";
import * as live from "./live.js";
import { loadPlan } from "./plan.js";
import { keyOf } from "./seen.js";
import { button, notice } from "./widgets.js";
import { ended, status } from "./words.js";
import { anytime, verbDoes, verbLabel, verbSends } from "./verbs.js";

const GAP = 250; // milliseconds between two looks at a request whose updates are paused
const AGAIN = 1000; // milliseconds until another look after an answer that is behind what was told

let current = null; // there is one dialog at a time

/** Tells the dialog that is open, if one is, how the request stands now. */
export function heard(progress) {
  current?.heard(progress);
}

/** Opens the dialog of a decision. `decided(text)` is called when a worker took it, or when it is known that it did. */
export function decide(verb, progress, decided) {
  const request = progress.request;
  const name = verbLabel(verb, progress.stop?.name).replace("…", "");
  const bound = verb === "confirm" || verb === "approve";
  let latest = progress;
  const mail = letter("d");
  const closed = new AbortController();
  let stored = false;
  let ask = bound ? null : form({ verb, progress, now: () => latest, changed: redraw });

  const shown = dialog({
    title: `${name}: ${request.account} of ${request.tenant}`,
    draw: (d) => {
      const why = moved();
      return [
        el("p", { class: "lead", key: "lead" }, verbDoes(verb, stands())),
        later() && el("div", { key: "later", role: "alert" }, notice("warn", "The request went on since you opened this. ",
          "What is said here is how it stands now.")),
        why && el("div", { key: "moved", role: "alert" }, notice("warn", why, " ", button("Look again", () => again(d), { key: "again", disabled: d.busy }))),
        stored && el("div", { key: "stored", role: "status" }, notice("info", "It is stored, and no worker has answered yet. It is not lost. ",
          "Sent again, it is still one decision.")),
        !ask && !d.problem && el("p", { class: "soft", key: "loading" }, "Loading the plan…"),
        !ask && d.problem && !d.busy && el("p", { key: "reload" }, button("Try again", () => begin(d))),
        ask && el("fieldset", { class: "plain", key: "form", disabled: mail.pending }, ask.draw(d)),
      ];
    },
    actions: (d) => {
      const text = mail.pending ? "Send again" : ask?.sends?.() ?? verbSends(verb, progress.stop?.name);
      const missing = mail.pending ? "" : ask?.missing() ?? "the plan";
      return el("div", { class: "send", key: "send" }, missing && el("span", { class: "soft", key: "missing" }, `Still missing: ${missing}`),
        mail.pending && !stored && el("span", { class: "soft", key: "pending" }, "It may count already: sent again it is still one decision, ",
          "and to close this does not take it back."),
        button(text, () => send(d), { key: "go", class: ask?.danger ? "danger" : "main", disabled: !d.ready || !ask || missing !== "" || moved() !== "" }));
    },
    done: () => {
      if (current === self) current = null;
      closed.abort();
    },
  });
  const self = { heard: hear };
  current = self;
  if (bound) begin(shown);
  if (live.status().paused) overhear();

  function redraw() {
    shown.redraw();
  }

  // The plan that is shown has to be the one that the stop is about.
  async function begin(d) {
    await d.run(async () => {
      const { plan, digest } = await loadPlan(request);
      if (digest !== progress.plan?.digest) {
        latest = (await get(requestPath(request))).progress ?? latest;
        if (!moved()) throw new Error("The plan is another one than the request waits with. Look again in a moment.");
        return;
      }
      const next = form({ verb, progress, now: () => latest, plan, digest, changed: redraw });
      await next.first?.(); // so that nothing comes in between under somebody's pointer
      ask = next;
      ask.load?.().then(redraw);
    });
  }

  // While updates are paused the view stays as it is, and may be old already.
  function overhear() {
    const mine = keyOf({ ...request, request: request.id });
    let told = 0; // the newest event of it
    let timer = 0;
    const look = fresh(async () => {
      const now = await get(requestPath(request), {}, closed.signal).then((state) => state.progress, () => null); // sent, it is refused all the same
      if (closed.signal.aborted) return;
      if (now) hear(now);
      if (!now || now.seq < told) timer = setTimeout(look, AGAIN);
    }, GAP, closed.signal);
    const unhear = live.overhear((list) => {
      if (list !== "all") told = Math.max(told, ...list.filter((r) => keyOf(r) === mine).map((r) => r.seq));
      if (list === "all" || told > latest.seq) look();
    });
    closed.signal.addEventListener("abort", () => { clearTimeout(timer); unhear(); }, { once: true });
    look();
  }

  function hear(now) {
    const r = now.request;
    if (r.tenant !== request.tenant || r.service !== request.service || r.id !== request.id || now.seq <= latest.seq) return;
    latest = now;
    if (!shown.busy && taken()) return finish();
    redraw();
    if (mail.pending && !shown.busy && now.refusals?.includes(mail.id)) send(shown); // the answer to the same decision says why
  }

  // The stop that the words are about: cancel and force are about the request as it stands now.
  function stands() {
    if (!anytime(verb)) return progress.stop?.name;
    return latest.status === "waiting" ? latest.stop?.name : "";
  }

  function later() {
    return anytime(verb) && !ended(latest.status) && (latest.stop?.seq !== progress.stop?.seq || latest.step !== progress.step);
  }

  function taken() {
    return latest.decisions?.includes(mail.id);
  }

  // Why what was looked at is not what is there now; "" while it is.
  function moved() {
    if (ended(latest.status)) return `The request has ended meanwhile: ${status(latest.status)}.`;
    if (anytime(verb)) return latest.wish && !progress.wish ? `Somebody decided meanwhile: ${latest.wish.verb}. Only the first one counts.` : "";
    const there = latest.status === "waiting" && latest.stop?.seq === progress.stop.seq;
    if (!there) return "The request has moved on: this is no longer the stop that you looked at.";
    return bound && latest.plan?.digest !== progress.plan?.digest ? "The plan is another one by now." : "";
  }

  function again(d) {
    d.run(async () => {
      latest = (await get(requestPath(request))).progress ?? latest;
      if (taken()) return finish();
      const offered = latest.stop?.offers.includes(verb) || anytime(verb);
      if (ended(latest.status) || !offered) throw new Error("This decision is not asked for any more. Close this, and look at the request.");
      d.close();
      decide(verb, latest, decided);
    });
  }

  function send(d) {
    if (!d.ready && !mail.pending) return;
    d.run(async () => {
      stored = false;
      const answer = await mail.send(requestPath(request, "decisions"), { verb, ...(anytime(verb) ? {} : { stop: progress.stop.seq }), ...ask.body() });
      stored = answer.status === 202;
      if (!stored) finish();
    });
  }

  function finish() {
    shown.close();
    decided(`${name}: a worker took the decision.`);
  }
}

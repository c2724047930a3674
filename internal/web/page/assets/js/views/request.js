// The live details of one request.

import { get, requestPath } from "../api.js";
import { counters, remainder } from "../aftermath.js";
import { decisionPanel } from "../decide.js";
import { el } from "../dom.js";
import { fresh } from "../fresh.js";
import { asked, outline, queued } from "../outline.js";
import { announcement, decisions } from "../record.js";
import { has } from "../session.js";
import { current, steps } from "../steps.js";
import { follow } from "../stream.js";
import { timeline } from "../timeline.js";
import { button, notice } from "../widgets.js";
import { capital, ended, service, status } from "../words.js";

const GAP = 250; // milliseconds between two looks at the request: the eye needs no more
const AGAIN = 1000; // milliseconds until another look after an answer that is behind what was told
const PICTURE = 3000; // likewise at its timeline, which costs the worker a whole journal
const LATER = 15_000; // milliseconds until a timeline that could not be had is asked for again

export function open(params, page) {
  const here = (...more) => requestPath(params, ...more);
  const picture = timeline();
  let state = null; // the answer of GET /requests/…
  let line = null; // of GET …/timeline
  let said = ""; // what was announced last
  let told = null; // what the SOC was told
  let archived = false;
  let missing = null; // why there is no timeline
  let retry = 0; // the timer of the next try
  let reading = null; // the stream that the announcement is looked for in
  let unheard = ""; // why it was not found
  let heard = 0; // the newest event that was told of
  let behind = 0; // answers in a row that did not have it

  const look = fresh(() => page.reload(), GAP, page.signal);
  const draw = fresh(async () => {
    try {
      line = await get(here("timeline"), {}, page.signal);
      missing = null;
      archived = false;
      picture.show(line);
    } catch (error) {
      if (page.signal.aborted) return;
      if (!error.line) throw error;
      archived = error.reason === "archived";
      missing = archived ? null : error; // without a picture, everything else is still there
      if (missing) retry = setTimeout(draw, LATER);
    }
    page.redraw();
  }, PICTURE, page.signal);
  const clock = setInterval(() => {
    if (!state || document.hidden || (state.progress && ended(state.progress.status))) return;
    page.redraw();
    picture.tick();
  }, 1000);

  return {
    title: `Request ${params.request}`,
    async load() {
      const next = await get(here(), {}, page.signal);
      catchUp(next.progress?.seq ?? 0);
      if (older(next, state)) return;
      const before = state;
      state = next;
      if (!state.progress) return;
      if (!before?.progress || turned(before.progress, state.progress)) draw();
      announce(before !== null);
    },
    changed(list) {
      const mine = list.filter((r) => r.tenant === params.tenant && r.service === params.service && r.request === params.request);
      const newest = Math.max(0, ...mine.map((r) => r.seq)); // what was told in several pieces has several states of it
      if ((state?.progress?.seq ?? 0) >= newest || heard > newest) return;
      heard = newest;
      behind = 0;
      look();
    },
    draw: () => state && (state.progress ? taken(state.progress) : stored()),
    close() {
      clearInterval(clock);
      clearTimeout(retry);
      quiet();
      picture.close();
    },
  };

  function stored() {
    return [under(state.request), elsewhere(state.request), queued(state.request, state.at), el("h2", { key: "asked head" }, "What was asked for"),
      el("div", { key: "asked" }, asked(state.request, state.at))];
  }

  function under(r) {
    return el("p", { class: "under", key: "under" }, service(r.service), " in ", el("bdi", {}, r.tenant),
      ", account ", el("strong", {}, el("bdi", {}, r.account)));
  }

  function elsewhere(r) {
    return !has(r.tenant) && el("div", { key: "elsewhere" }, notice("warn", "This worker does not have the tenant ", el("bdi", {}, r.tenant),
      ". What is stored of the request is shown. It can be decided only at a worker that has the tenant in its configuration."));
  }

  function taken(p) {
    return [
      under(p.request),
      elsewhere(p.request),
      outline(p, since(p)),
      el("div", { key: "decide" }, decisionPanel({ progress: p, page, redraw: page.redraw, say: page.say })),
      ended(p.status) && remainder(p),
      el("h2", { key: "steps head" }, "Steps"),
      steps(p, since(p)),
      counters(p),
      !ended(p.status) && remainder(p),
      noPicture(),
      archived ? el("p", { key: "timeline" }, "The journal of this request was moved to the archive: only its end is still here.") : picture.node,
      decisions(line),
      announcement(line, told, (yes) => (yes ? listen() : quiet()), unheard),
      el("h2", { key: "asked head" }, "What was asked for"),
      el("div", { key: "asked" }, asked(p.request, p.started, p)),
    ];
  }

  function noPicture() {
    return missing && el("div", { key: "no timeline" }, notice("warn", `${line ? "The timeline is not up to date" : "The timeline can't be shown now"}: `,
      `${missing.line} `, button("Look again", () => { clearTimeout(retry); draw(); }, { "aria-label": "Look for the timeline again" })));
  }

  // When the stop opened at which it waits: a refused decision is an event of its own, and opens none.
  function since(p) {
    return line?.spans.findLast((s) => s.kind === "stop" && !s.to)?.from ?? p.updated;
  }

  // A reader of the journal may be behind the stream of changes, for a moment: then it is asked again.
  function catchUp(seq) {
    behind = seq < heard ? behind + 1 : 0;
    if (behind > 0 && behind <= 10) setTimeout(look, AGAIN);
  }

  // Says the step and how it is to whoever listens, once for each.
  function announce(aloud) {
    const p = state.progress;
    const words = ended(p.status) ? `${capital(status(p.status))}. ${p.detail ?? ""}` : current(p);
    if (aloud && words !== said) page.say(words);
    said = words;
  }

  // The announcement stands in one event of the journal; who wants to read it looks for that event.
  function listen() {
    if (reading || told || page.signal.aborted) return;
    unheard = "";
    page.redraw();
    reading = follow(here("events"), {}, {
      event: ({ change }) => {
        if (change.announcement) heardIt(change.announcement, "");
      },
      state: (how, problem) => {
        if (how === "failed" || problem?.reason === "archived") return heardIt(null, problem.line);
        if (how === "live") unheard = "";
        else if (problem) unheard = `${problem.line}; it is tried again.`;
        page.redraw();
      },
      end: () => heardIt(null, "the journal has ended, and does not hold it."),
    });
  }

  function heardIt(announced, why) {
    quiet();
    told = announced;
    unheard = why;
    page.redraw();
  }

  function quiet() {
    reading?.stop();
    reading = null;
  }
}

// Two readers of a journal may be apart. An answer that is older than what is shown is no news, unless the journal itself is another one.
function older(next, shown) {
  if (!shown?.progress) return false;
  return !next.progress || (next.progress.seq < shown.progress.seq && Date.parse(next.at) <= Date.parse(shown.at));
}

// Whether something came about that a timeline shows.
function turned(a, b) {
  const list = (p) => [p.status, p.step, p.stop?.seq, p.park?.seq, p.claim?.seq, p.decisions?.length, p.refusals?.join()].join(" ");
  return list(a) !== list(b);
}

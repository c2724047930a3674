// What changes, for the whole tab: one stream, whichever view is shown. It rests while nobody looks at the tab, and goes on behind the last
// event that was seen; a person may pause it, and what changes meanwhile is held back.

import { follow } from "./stream.js";

const listeners = new Set();
let stream = null;
let last = "";
let held = new Map(); // newest state of each request that changed while paused
let state = "off"; // off, live, lost, failed
let paused = false;
let problem = null;

/** Tells how the updates come: state, whether they are paused, how many requests changed since, and what is wrong. */
export function status() {
  return { state, paused, held: held.size, problem };
}

/**
 * Calls f with the summaries that changed, with null when only the status did, or with "all" when what changed can't be known: another journal.
 * Returns how to stop that.
 */
export function listen(f) {
  listeners.add(f);
  return () => listeners.delete(f);
}

/** Begins, or begins anew with the rights of somebody else. */
export function start() {
  stop();
  last = "";
  held = new Map();
  if (!document.hidden) connect();
}

/** Ends the updates. */
export function stop() {
  stream?.stop();
  stream = null;
  state = "off";
}

/** Holds back what comes, or lets it go. */
export function pause(yes) {
  paused = yes;
  if (!paused && held.size > 0) {
    const list = [...held.values()];
    held = new Map();
    tell(list);
  } else tell(null);
}

function connect() {
  stream = follow("/changes", last === "" ? { new: true } : {}, {
    event: ({ requests }) => arrive(requests),
    state: (next, error) => {
      last = stream?.last() || last;
      if (next === "failed" && error.status === 400 && last !== "") return anew();
      state = next;
      problem = error ?? null;
      tell(null);
    },
  }, last);
}

// The journal does not know the last event that was seen: it is another one.
function anew() {
  start();
  tell("all");
}

function arrive(requests) {
  if (!paused) return tell(requests);
  for (const r of requests) held.set(`${r.tenant} ${r.service} ${r.request}`, r);
  return tell(null);
}

function tell(requests) {
  for (const f of [...listeners]) f(requests);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    last = stream?.last() || last;
    stream?.stop();
    stream = null;
  } else if (!stream && state !== "off") connect();
});

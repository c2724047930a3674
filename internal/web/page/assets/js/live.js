// What changes, for the whole tab: one stream, whichever view is shown. It rests while nobody looks at the tab, and goes on behind the last
// event that was seen; a person may pause it, and what changes meanwhile is held back.

import { follow } from "./stream.js";

const PATIENCE = 2000; // milliseconds that a view waits for the stream to begin
const KEPT = 30_000; // milliseconds that what was told is kept

const listeners = new Set();
let stream = null;
let last = "";
let held = new Map(); // newest state of each request that changed while paused
let state = "off"; // off, live, lost, failed
let paused = false;
let problem = null;
let wanted = false;
let first = null; // {promise, resolve}: until it is known whether the stream that begins at the newest change is there
let told = []; // {at, requests} of late
let blind = false; // something may have been shown before the stream began: what changed between is not known

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
  told = [];
  wanted = true;
  if (document.hidden) blind = true;
  else connect();
}

/** Ends the updates. */
export function stop() {
  stream?.stop();
  stream = null;
  state = "off";
  wanted = blind = false;
  first?.resolve();
}

/** Resolves when what is asked for from now on will be kept up to date, or when that can't be had at present. */
export function begun() {
  return first?.promise;
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
  if (last === "") expect();
  stream = follow("/changes", last === "" ? { new: true } : {}, {
    event: ({ requests }) => arrive(requests),
    state: (next, error) => {
      last = stream?.last() || last;
      if (next === "failed" && error.status === 400 && last !== "") return anew();
      state = next;
      problem = error ?? null;
      const missed = blind && state === "live";
      blind = state === "live" ? false : blind || last === "";
      first?.resolve();
      tell(missed ? "all" : null);
    },
  }, last);
}

// A stream that something on the way holds up must not keep the page empty.
function expect() {
  const mine = first = Promise.withResolvers();
  setTimeout(() => {
    if (first === mine && state !== "live") blind = true;
    mine.resolve();
  }, PATIENCE);
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

/** The summaries that were told between two times of performance.now(), of the last seconds. */
export function between(from, to = Infinity) {
  return told.filter(({ at }) => at >= from && at < to).flatMap(({ requests }) => requests);
}

function tell(requests) {
  if (Array.isArray(requests)) {
    const now = performance.now();
    told = [...told.filter(({ at }) => at > now - KEPT), { at: now, requests }];
  }
  for (const f of [...listeners]) f(requests);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    last = stream?.last() || last;
    blind ||= last === "";
    stream?.stop();
    stream = null;
    first?.resolve();
  } else if (!stream && wanted) connect();
});

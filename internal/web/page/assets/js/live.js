// What changes, for the whole tab: one stream, whichever view is shown. It rests while nobody looks at the tab, and goes on behind the last
// event that was seen; a person may pause it, and what changes meanwhile is held back.

import * as clock from "./clock.js";
import { keyOf } from "./seen.js";
import { follow } from "./stream.js";

const PATIENCE = 2000; // milliseconds that a view waits for the stream to begin
const KEPT = 30_000; // milliseconds that what was told is kept
const SLOWLY = 10_000; // milliseconds until another try after the worker refused
const LONG = 300_000; // milliseconds after which it is less to load anew than to hear all that changed
const MOST = 5000; // requests that are held back one by one

const listeners = new Set();
const overhearing = new Set();
let stream = null;
let last = "";
let held = new Map(); // newest state of each request that changed while paused
let heldAll = false; // more than that, or it is not known what
let state = "off"; // off, live, away, lost, failed
let paused = false;
let problem = null;
let wanted = false;
let first = null; // {promise, resolve}: until it is known whether the stream that begins at the newest change is there
let told = []; // {at, requests} of late
let again = 0; // timer of another try
let hidden = 0; // when the tab was
let blind = false; // something may have been shown before the stream began: what changed between is not known

/** Tells how the updates come: state, whether they are paused, how many requests changed since (Infinity: too many to say), and what is wrong. */
export function status() {
  return { state, paused, held: heldAll ? Infinity : held.size, problem };
}

/**
 * Calls f with the summaries that changed, with null when only the status did, with "all" when what changed can't be known, or with "anew" when the
 * journal is another one, so that nothing holds that was shown. Returns how to stop that.
 */
export function listen(f) {
  listeners.add(f);
  return () => listeners.delete(f);
}

/**
 * Calls f with the summaries that are held back while the updates are paused, or with "all". Pausing keeps what is drawn as it is; whoever is about
 * to decide has to know better. Returns how to stop that.
 */
export function overhear(f) {
  overhearing.add(f);
  return () => overhearing.delete(f);
}

/** Begins, or begins anew with the rights of somebody else. */
export function start() {
  stop();
  last = "";
  held = new Map();
  heldAll = false;
  told = [];
  wanted = true;
  if (document.hidden) blind = true;
  else connect();
}

/** Ends the updates. */
export function stop() {
  clearTimeout(again);
  stream?.stop();
  stream = null;
  state = "off";
  problem = null;
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
  if (paused) return tell(null);
  const list = heldAll ? "all" : [...held.values()];
  held = new Map();
  heldAll = false;
  tell(list.length > 0 ? list : null);
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
      if (state === "failed") again = setTimeout(connect, SLOWLY); // the worker may be started anew with another configuration
      if (!missed || !paused) return tell(missed ? "all" : null);
      heldAll = true;
      hold("all");
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
  tell("anew");
}

function arrive(requests) {
  if (!paused) return tell(requests);
  for (const r of requests) held.set(keyOf(r), r);
  if (held.size > MOST) heldAll = true;
  if (heldAll) held.clear();
  hold(requests);
}

function hold(requests) {
  call(overhearing, requests);
  tell(null);
}

/** The newest summary of each request that was told of between two times of performance.now(), as far back as they are kept. */
export function between(from, to = Infinity) {
  const newest = new Map();
  for (const r of told.filter(({ at }) => at >= from && at < to).flatMap(({ requests }) => requests)) {
    if ((newest.get(keyOf(r))?.seq ?? 0) <= r.seq) newest.set(keyOf(r), r);
  }
  return [...newest.values()];
}

function tell(requests) {
  if (Array.isArray(requests)) {
    const now = performance.now();
    told = [...told.filter(({ at }) => at > now - KEPT), { at: now, requests }];
  }
  call(listeners, requests);
}

function call(all, requests) {
  for (const f of [...all]) {
    try {
      f(requests);
    } catch (error) {
      reportError(error); // the others hear it all the same, and the stream goes on
    }
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    hidden = clock.now();
    clearTimeout(again);
    last = stream?.last() || last;
    blind ||= last === "";
    stream?.stop();
    stream = null;
    first?.resolve();
  } else if (!stream && wanted) {
    if (last !== "" && clock.now() - hidden > LONG) {
      last = "";
      blind = true;
    }
    connect();
  }
});

// Server-sent events over fetch, since EventSource can't show a token. A stream that breaks off is taken up behind the last event that came.

import { Problem, send } from "./api.js";

const FIRST = 250; // milliseconds until the first try to come again
const LONGEST = 10_000;
const QUIET = 40_000; // the server gives a sign of life every 15 seconds

/**
 * Follows a stream until it ends or stop() is called. `on.event(data, id)` gets each event; `on.state("live"|"away"|"lost"|"failed", problem)`
 * hears how the connection is (away: the worker is there, and can't reach what it tells of); `on.end()` that nothing follows. `after` is the id of
 * the last event that was seen, or "".
 */
export function follow(where, query, on, after = "") {
  const stopped = new AbortController();
  const last = { id: after };
  const done = run(where, query, on, last, stopped.signal);
  return { stop: () => stopped.abort(), last: () => last.id, done };
}

async function run(where, query, on, last, signal) {
  let wait = FIRST;
  while (!signal.aborted) {
    try {
      const headers = last.id ? { "Last-Event-ID": last.id } : {};
      const ended = await once(where, query, headers, on, last, signal, () => { wait = FIRST; });
      if (ended) return on.end?.();
      if (!signal.aborted) on.state?.("lost");
    } catch (error) {
      if (signal.aborted) return;
      if (forGood(error)) return on.state?.("failed", error);
      on.state?.("lost", error);
    }
    await pause(wait * (0.75 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LONGEST);
  }
}

// No further try mends a call that is wrong in itself.
function forGood(error) {
  return error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;
}

async function once(where, query, headers, on, last, signal, alive) {
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), QUIET); // from now on: a server may take the call and never answer
  const parse = parser();
  try {
    const response = await send("GET", where, { query, headers: { ...headers, Accept: "text/event-stream" }, signal: AbortSignal.any([signal, quiet.signal]) });
    if (response.status === 204) return true;
    on.state?.("live");
    alive();
    for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
      const { value, done } = await reader.read();
      if (done) return false;
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), QUIET);
      for (const event of parse(value)) {
        if (event.type === "end") return true;
        if (event.type === "interrupted") on.state?.("away", new Problem(503, JSON.parse(event.data)));
        else if (event.type === "resumed") on.state?.("live");
        if (event.type === "problem") throw new Problem(503, JSON.parse(event.data));
        if (event.id !== "") last.id = event.id;
        if (event.data !== "" && event.type === "message") tell(on, JSON.parse(event.data), event.id);
      }
    }
  } finally {
    clearTimeout(timer);
    quiet.abort();
  }
}

// A fault of whoever hears it is no fault of the connection.
function tell(on, data, id) {
  try {
    on.event(data, id);
  } catch (error) {
    reportError(error);
  }
}

/** Makes a function that takes pieces of a stream and returns the events that are whole (HTML, section 9.2.6). */
export function parser() {
  let rest = "";
  let event = { type: "message", id: "", data: [] };
  return (piece) => {
    const out = [];
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        out.push({ ...event, data: event.data.join("\n") });
        event = { type: "message", id: "", data: [] };
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") event.data.push(value);
      else if (field === "event") event.type = value;
      else if (field === "id") event.id = value;
    }
    return out;
  };
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const over = new AbortController(); // takes the listeners away again
    const end = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end, { signal: over.signal });
    addEventListener("online", end, { signal: over.signal });
  });
}

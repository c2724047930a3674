// Work that is done again and again while somebody looks.

import * as live from "./live.js";

/**
 * Does work every so many milliseconds, until the signal aborts: not while the tab is hidden or updates are paused, and once at a time. Work that
 * fails is done again all the same; what it fails with goes into the console, once for each message. Returns soon(), which has it done now, but at most
 * once in `least`.
 */
export function poll(work, { every, least = 1000 }, signal) {
  let timer = 0;
  let at = Infinity;
  let last = performance.now();
  let missed = false; // while nobody looked
  let running = false;
  let wanted = Infinity; // when it was asked for while it ran
  let said = "";
  const plan = (when) => {
    if (signal.aborted) return;
    if (running) {
      wanted = Math.min(wanted, when);
      return;
    }
    if (when >= at) return;
    clearTimeout(timer);
    at = when;
    timer = setTimeout(run, Math.max(0, when - performance.now()));
  };
  const run = async () => {
    at = Infinity;
    missed = document.hidden || live.status().paused;
    if (missed) return plan(performance.now() + every);
    running = true;
    wanted = Infinity;
    last = performance.now();
    try {
      await work();
      said = "";
    } catch (error) {
      if (!signal.aborted && error.message !== said) reportError(error);
      said = error.message;
    } finally {
      running = false;
      plan(Math.min(wanted, performance.now() + every));
    }
  };
  const soon = () => plan(last + least);
  plan(performance.now() + every);
  const look = () => missed && !document.hidden && soon();
  const unlisten = live.listen(look);
  document.addEventListener("visibilitychange", look, { signal });
  signal.addEventListener("abort", () => { clearTimeout(timer); unlisten(); }, { once: true });
  return soon;
}

/** Does work for each of a list, a few at a time, in order. */
export async function each(list, work, atOnce = 4) {
  const rest = [...list];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (rest.length > 0) await work(rest.shift());
  }));
}

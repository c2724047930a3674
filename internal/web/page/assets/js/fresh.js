// Getting something anew whenever it changed: one call at a time, not too often, and never one too few.

/**
 * Returns a function that asks for `work` to be done: at once if nothing is on the way and the last time is `gap` milliseconds ago, else once more as
 * soon as that is so. What is asked for in between is one. After signal aborts nothing is done.
 */
export function fresh(work, gap, signal) {
  let running = false;
  let wanted = false;
  let last = -Infinity;
  let timer = null;
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });

  async function run() {
    timer = null;
    wanted = false;
    running = true;
    last = performance.now();
    try {
      await work();
    } finally {
      running = false;
      if (wanted) ask();
    }
  }

  function ask() {
    wanted = true;
    if (running || timer !== null || signal.aborted) return;
    timer = setTimeout(run, Math.max(last + gap - performance.now(), 0));
  }
  return ask;
}

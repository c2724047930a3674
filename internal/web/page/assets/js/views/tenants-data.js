// What the views of tenants keep up to date.

import * as clock from "../clock.js";
import { poll } from "../poll.js";
import { opens, standings } from "../standings.js";
import { stamp } from "../time.js";
import { notice } from "../widgets.js";

const EVERY = 5000;

/**
 * Keeps how the tenants stand: {list, load, soon, late}. It is asked again every five seconds, when something changes, and when a gate opens;
 * late() says that what is shown is old.
 */
export function keepStandings(page) {
  const self = { list: [], load, late, soon: null };
  let problem = null;
  let at = "";
  let timer = 0;

  async function load() {
    self.list = await standings(page.signal);
    problem = null;
    at = new Date(clock.now()).toISOString();
    clearTimeout(timer);
    const next = opens(self.list) - clock.now();
    if (next < 86_400_000) timer = setTimeout(() => { page.redraw(); self.soon(); }, next + 50); // the clocks of two machines
  }

  async function again() {
    try {
      await load();
    } catch (error) {
      if (page.signal.aborted) return;
      if (!error.line) throw error;
      problem = error;
    }
    page.redraw();
  }

  function late() {
    return problem && at && notice("warn", "These numbers are from ", stamp(at), `; since then: ${problem.line}`);
  }

  self.soon = poll(again, { every: EVERY, least: 1000 }, page.signal);
  page.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return self;
}

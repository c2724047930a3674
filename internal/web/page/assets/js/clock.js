// The time by which everything here is told: the worker's. A computer whose own clock is wrong would say of what happened just now that it was
// minutes ago, and of what is about to go on that it did. Every answer of the worker says what time it is there.

const WHOLE = 1; // milliseconds: both clocks are read in whole ones
const MUCH = 60_000; // milliseconds that a clock may be wrong before it is worth a word

let least = -Infinity; // the worker's clock is ahead of this computer's by no less than this,
let most = Infinity; // and no more
let ahead = 0; // what is taken of it: 0 while the two may well be the same
let listener = () => {};

/** What time it is for the worker, in milliseconds. */
export function now() {
  return Date.now() + ahead;
}

/** How far this computer's clock is ahead of the worker's, in milliseconds, when that is more than a minute; else 0. */
export function wrong() {
  return Math.abs(ahead) > MUCH ? -ahead : 0;
}

/** Has f called when the time turned out to be another one. */
export function turned(f) {
  listener = f;
}

/** To be called before something is asked. Returns what is to be told the time that the answer names. */
export function asking() {
  const sent = Date.now();
  return (named) => learn(Date.parse(named ?? ""), sent, Date.now());
}

// The worker named its time while the call was on its way, so each answer bounds by how much the clocks differ, and several do more closely. When
// two do not fit together one of the clocks was set meanwhile: then the newer one is right.
function learn(at, sent, got) {
  if (Number.isNaN(at) || got < sent) return;
  const low = at - got - WHOLE;
  const high = at - sent + WHOLE;
  const fits = low <= most && high >= least;
  least = fits ? Math.max(least, low) : low;
  most = fits ? Math.min(most, high) : high;
  const before = ahead;
  ahead = least <= 0 && most >= 0 ? 0 : (least + most) / 2;
  if (Math.abs(ahead - before) >= 1000) listener();
}

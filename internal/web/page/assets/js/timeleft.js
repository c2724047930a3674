// The time that is left, as docs/events.md tells it: enough in half of the cases, and in nine of ten. It counts from the last event; the time
// that a person takes is not in it.

import { milliseconds, span } from "./time.js";
import { ended } from "./words.js";

/**
 * How long something still takes: {half, most} in words, or null where nobody can tell. half and most are durations of the API, gone is what went by of
 * them, in milliseconds.
 */
export function left(half, most, gone) {
  if (half === undefined || half === null) return null;
  const rest = milliseconds(half) - gone;
  const longest = most === undefined || most === null ? rest : Math.max(milliseconds(most) - gone, rest);
  if (longest <= 0 && gone > 0) return { half: "longer than expected", most: "longer than expected" };
  return { half: rest <= 0 && longest > 0 ? "" : span(rest), most: span(longest) };
}

/** The time left of a whole request. */
export function allLeft(p, now) {
  return ended(p.status) ? null : left(p.left, p.leftHigh, running(p, now));
}

/** The time left of the step at this place in one phrase; "" where nobody can tell. */
export function stepLeft(p, place, now) {
  const words = left(p.steps[place].left, p.steps[place].leftHigh, place === p.step ? running(p, now) : 0);
  if (!words) return "";
  if (words.half === words.most) return words.half.startsWith("longer") ? words.half : `about ${words.half}`;
  return words.half ? `about ${words.half}, at most ${words.most}` : `at most ${words.most}`;
}

// What went by of an estimate since the last event. While the request waits for a person, nothing does.
function running(p, now) {
  return p.status === "waiting" || ended(p.status) ? 0 : Math.max(now - Date.parse(p.updated), 0);
}

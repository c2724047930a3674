// Something that is sent once, however often it has to be tried: its id is made before, and a body of which it is not known what became goes
// out again as it is.

import { newID, post } from "./api.js";

/** Makes a letter; its id begins with prefix. */
export function letter(prefix) {
  let id = newID(prefix);
  let sent = null;
  let chosen = false;
  return {
    get id() { return id; },

    /** Gives it an id that somebody chose; "" makes one. */
    name(wanted) {
      chosen = wanted !== "";
      id = wanted || newID(prefix);
    },

    /** Reports whether it may be there already, so that nothing in it may change any more. */
    get pending() { return sent !== null; },

    /** Sends it with these members, or again with those of the first time. Throws a Problem when it did not count, or when that is not known. */
    async send(where, members) {
      const body = sent ?? { id, ...members };
      try {
        const answer = await post(where, body);
        sent = body;
        return answer;
      } catch (error) {
        sent = settles(error, sent !== null) ? null : body;
        if (error.reason === "refused" && !chosen) id = newID(prefix); // this one is answered for good
        throw error;
      }
    },
  };
}

// Whether it is known that nothing is on its way. Once it may be there, only what became of it tells: that the next try was not let in says nothing.
function settles(error, maybeThere) {
  return error.status === 409 || (!maybeThere && error.status >= 400 && error.status < 500);
}

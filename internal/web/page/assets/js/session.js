// Who is signed in. The token lives in this tab's session storage: a reload keeps it, another tab and the next start of the browser do not have
// it. No cookie holds it, so no page of another site can make a call with it.

import { get, Problem, show } from "./api.js";

const TOKEN = /^[\x21-\x7e]+$/; // the letters that a token may have, and a header may carry
const PLACE = "deprovisioner.token";

/**
 * Who the worker says that we are: name ("" when nobody is signed in), may, tenants (everywhere: all of them), signIn; reading is false when a
 * token is needed to read.
 */
export const session = { name: "", may: [], tenants: [], everywhere: true, signIn: ["token"], reading: false };

/** Reports whether whoever is signed in may do something: read, ask, decide or operate. */
export function may(right) {
  return session.may.includes(right);
}

/** Reports whether the worker has a tenant, so that something can be asked or decided there. */
export function has(tenant) {
  return session.tenants.includes(tenant);
}

/** Asks the worker who we are. Returns what is wrong with the token that was kept, if something is: then we are nobody. */
export async function load() {
  const token = sessionStorage.getItem(PLACE);
  const other = () => sessionStorage.getItem(PLACE) !== token; // somebody signed in or out meanwhile
  show(token ?? "");
  try {
    const who = await get("/session");
    if (other()) return load();
    take(who);
    return null;
  } catch (error) {
    if (other()) return load();
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    leave();
    if (token === null) return null; // without a token the worker shows nothing
    await load();
    return error;
  }
}

/** Signs in. Throws a Problem in plain words when this can be no token, or the worker does not know it; then nothing has changed. */
export async function enter(token) {
  if (!TOKEN.test(token)) {
    throw new Problem(400, { detail: "This can't be a token: a token has Latin letters without accents, digits and signs, and no spaces. "
      + "Look whether something else was copied along." });
  }
  const before = sessionStorage.getItem(PLACE) ?? "";
  show(token);
  try {
    take(await get("/session"));
  } catch (error) {
    show(before);
    if (error.status !== 401) throw error;
    throw new Problem(401, { detail: "The worker does not know this token. Look whether all of it was copied, and nothing else. "
      + "If it was, ask whoever runs the worker for another one." });
  }
  sessionStorage.setItem(PLACE, token);
}

/** Signs out at once, whether the worker answers or not. What may be read without a token, load tells. */
export function leave() {
  sessionStorage.removeItem(PLACE);
  show("");
  Object.assign(session, { name: "", may: [], tenants: [], reading: false });
}

function take(who) {
  Object.assign(session, { name: who.name ?? "", may: who.may, tenants: who.tenants, everywhere: who.everywhere !== false, signIn: who.signIn,
    reading: who.may.includes("read") });
}

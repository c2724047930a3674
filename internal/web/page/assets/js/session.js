// Who is signed in. The token lives in this tab's session storage: a reload keeps it, another tab and the next start of the browser do not have
// it. No cookie holds it, so no page of another site can make a call with it.

import { get, Problem, show } from "./api.js";

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

/** Asks the worker who we are. Returns what is wrong with the token that was kept, if something is. */
export async function load() {
  show(sessionStorage.getItem(PLACE) ?? "");
  try {
    take(await get("/session"));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    const had = sessionStorage.getItem(PLACE) !== null;
    await leave();
    return had ? error : null;
  }
  return null;
}

/** Signs in. Throws a Problem when the worker does not know the token; then nothing has changed. */
export async function enter(token) {
  const before = sessionStorage.getItem(PLACE) ?? "";
  show(token);
  try {
    take(await get("/session"));
  } catch (error) {
    show(before);
    throw error;
  }
  sessionStorage.setItem(PLACE, token);
}

/** Signs out. What may be read without a token still may. */
export async function leave() {
  sessionStorage.removeItem(PLACE);
  show("");
  try {
    take(await get("/session"));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    Object.assign(session, { name: "", may: [], tenants: [], reading: false });
  }
}

function take(who) {
  Object.assign(session, { name: who.name ?? "", may: who.may, tenants: who.tenants, everywhere: who.everywhere !== false, signIn: who.signIn,
    reading: who.may.includes("read") });
}

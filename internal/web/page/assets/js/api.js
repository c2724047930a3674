// Calls of the worker's API, /api/v1 of the server that the page came from.

import { asking } from "./clock.js";

const BASE = "/api/v1";
let token = "";
let posts = 0; // on their way

/** Sets the token that every call shows; "" for none. */
export function show(secret) {
  token = secret;
}

/** An answer that says what is wrong (RFC 9457); status 0 means that no answer came. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || "the worker gave no reason");
    this.status = status;
    this.reason = String(body.type ?? "").split(/[#/]/).pop();
    this.field = body.field;
    this.allowed = body.allowed;
  }

  /** The same, in one line for a person. */
  get line() {
    const field = this.field && !this.message.includes(this.field) ? `${this.field}: ` : "";
    return field + this.message + (this.allowed && !this.message.includes(this.allowed) ? ` (allowed: ${this.allowed})` : "");
  }
}

/** Makes a path of parts that come from outside. */
export function path(...parts) {
  return "/" + parts.map(encodeURIComponent).join("/");
}

/** The path of a request; of is a summary, or a request with its own id in `id`. */
export function requestPath(of, ...more) {
  return path("requests", of.tenant, of.service, of.request ?? of.id, ...more);
}

/** Sends a call and returns the Response; throws a Problem unless it is well. */
export async function send(method, where, { query, body, headers, signal } = {}) {
  const all = new Headers(headers);
  if (token) all.set("Authorization", `Bearer ${token}`);
  if (body !== undefined) all.set("Content-Type", "application/json");
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, v]) => v !== "" && v !== undefined && v !== null));
  const url = BASE + where + (search.size ? `?${search}` : "");
  const time = asking();
  let response;
  try {
    response = await fetch(url, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body), signal,
      cache: "no-store", credentials: "omit", redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: "the worker does not answer" });
  }
  time(response.headers.get("Worker-Time"));
  if (response.ok) return response;
  throw new Problem(response.status, await response.json().catch(() => ({ title: response.statusText || `status ${response.status}` })));
}

// An answer that breaks off is none, whatever its status said.
async function json(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: "the worker's answer broke off" });
  }
}

/** Gets JSON. */
export async function get(where, query, signal) {
  return json(await send("GET", where, { query, signal }));
}

/** Posts JSON, and returns the answer with its status: 202 means that nobody has answered yet. */
export async function post(where, body) {
  posts++;
  try {
    const response = await send("POST", where, { body });
    return { status: response.status, body: await json(response) };
  } finally {
    posts--;
  }
}

/** Reports whether something was sent whose answer has not come. */
export function sending() {
  return posts > 0;
}

/**
 * Gets every row of a list that comes in pages, up to a bound; `more` says that there are others, and `total` how many there are where the list
 * counts them.
 */
export async function all(where, query, member, bound = 2000, signal) {
  const rows = [];
  let after = "";
  let total;
  do {
    const page = await get(where, { ...query, limit: 500, after }, signal);
    rows.push(...page[member]);
    after = page.next ?? "";
    total = page.total;
  } while (after && rows.length < bound);
  return { rows, more: after !== "", total };
}

/** Makes an id for a request or a decision: the same call may then be sent twice. */
export function newID(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return `${prefix}-${[...bytes].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}

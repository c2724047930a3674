// The words that people read for what the API names.

const SERVICES = {
  "exchange-online": "Exchange Online", "exchange-online-inline": "Exchange Online (Inline Mode)", "sharepoint-online": "SharePoint Online",
  onedrive: "OneDrive", teams: "Teams", "teams-chat": "Teams Chat",
};

// What a status means, and how it is to be looked at: busy, wait (for time), call (for a person), good, part, bad, calm.
const STATUSES = {
  held: ["in work", "busy"], contested: ["in work, its worker is doubted", "busy"], released: ["given back, goes on soon", "busy"],
  parked: ["waits for time", "wait"], waiting: ["waits for you", "call"], queued: ["not taken yet", "wait"],
  succeeded: ["removed", "good"], "succeeded-with-remainder": ["removed, something is left", "part"], "nothing-found": ["nothing was there", "good"],
  planned: ["planned only", "calm"], cancelled: ["cancelled", "calm"], forced: ["closed by force", "part"], rejected: ["not valid", "bad"],
  refused: ["refused", "bad"], failed: ["given up", "bad"],
};

// Steps whose name with its hyphens taken out would not tell enough.
const STEPS = {
  "verify-account": "Verify the account", "verify-privileges": "Verify the rights", "take-inventory": "Take the inventory",
  confirm: "Confirmation of the plan", "announce-api-stop": "Announce that the APIs stop",
  "remove-rerouting-rules": "Remove the rules that send mail to the product", "remove-return-rules": "Remove the rules for mail that comes back",
  drain: "Let mail under way come back", "remove-spoof-allow": "Remove the allowed spoofing", "remove-ip-allow": "Remove the allowed addresses",
  "remove-app-principal": "Remove the app at SharePoint", "remove-site-admins": "Remove the site administrators", "remove-add-in": "Remove the add-in",
  "remove-consent": "Take back the consent", "remove-app-registration": "Remove the app registration", "verify-removal": "Read everything again",
  purge: "Purge what could be restored", "remove-at-product": "Remove the account at the product", "close-account": "Close the account",
};

/** Every status that a request may have, in order. */
export const statuses = Object.keys(STATUSES).filter((s) => s !== "queued");

/** Every service. */
export const services = Object.keys(SERVICES);

/** The ends that may leave something, which a later request can take up. */
export const leaves = ["cancelled", "forced", "failed", "succeeded-with-remainder"];

/** The name of a service. */
export function service(id) {
  return Object.hasOwn(SERVICES, id) ? SERVICES[id] : id;
}

/** What a step is called. */
export function step(id) {
  return Object.hasOwn(STEPS, id) ? STEPS[id] : capital(spaced(id));
}

/** What a status is called. */
export function status(id) {
  return Object.hasOwn(STATUSES, id) ? STATUSES[id][0] : id;
}

/** How a status is to be looked at. */
export function tone(id) {
  return Object.hasOwn(STATUSES, id) ? STATUSES[id][1] : "calm";
}

/** Reports whether a request with this status has ended. */
export function ended(id) {
  return !["held", "contested", "released", "parked", "waiting", "queued"].includes(id);
}

const numbers = new Intl.NumberFormat("en-US");

/** A number, exact, with its thousands apart. */
export function count(n) {
  return numbers.format(n);
}

/** A number of things: "1 step", "12 steps". */
export function counted(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** The first letter as a capital. */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A name with hyphens as words: "mail-flow" is "mail flow". */
export function spaced(name) {
  return String(name).replaceAll("-", " ");
}

// Characters that nobody sees, that look like a plain space, or that change the one before them.
const ODD = /\p{Cf}|\p{Cc}|(?! )\p{Zs}|\p{M}|  +/gu;

const MIXED = [["Cyrillic letters", /\p{Script=Cyrillic}/u], ["Greek letters", /\p{Script=Greek}/u]];

/** Says what is in a name that may make it look like another one; "" when nothing is. */
export function unusual(name) {
  const point = (c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const odd = new Set((name.match(ODD) ?? []).map((c) => (c.startsWith(" ") ? "several spaces in a row" : point(c))));
  const mixed = MIXED.filter(([, script]) => /\p{Script=Latin}/u.test(name) && script.test(name)).map(([what]) => what);
  for (const what of mixed) odd.add(what);
  return odd.size === 0 ? "" : `Mind what is in this name: ${[...odd].join(", ")}`;
}

// What stands around every view: where one can go, how the updates come, and who is signed in.

import * as clock from "./clock.js";
import { el, patch } from "./dom.js";
import * as live from "./live.js";
import { leave, session } from "./session.js";
import { span } from "./time.js";
import { button } from "./widgets.js";
import { count } from "./words.js";
import { signIn } from "./views/signin.js";

const PLACES = [
  ["/accounts", "Service accounts"], ["/requests", "Requests"], ["/manual", "Manual steps"], ["/tenants", "Tenants"], ["/dead-letters", "Dead letters"],
];

/** Draws the head of the page; changed is called when somebody signed in or out. */
export function drawShell(path, changed) {
  patch(document.getElementById("top"), [
    el("a", { class: "brand", href: "#/accounts" }, "Deprovisioner"),
    el("nav", { "aria-label": "Main" }, el("ul", {}, PLACES.map(([where, name]) =>
      el("li", {}, el("a", { href: `#${where}`, "aria-current": path === where || path.startsWith(`${where}/`) ? "page" : null }, name))))),
    el("div", { class: "tools" }, updates(), who(changed)),
    wrongClock(),
  ]);
}

function updates() {
  const s = live.status();
  if (s.state === "off") return null;
  const away = s.problem?.status > 0 ? "No updates now, trying again" : "Connection lost, trying again";
  const states = { live: "Live", away, lost: away, failed: "No updates" };
  const held = s.held === Infinity ? ", much changed" : s.held ? `, ${count(s.held)} changed` : "";
  const why = s.problem?.status > 0 ? `: ${s.problem.line}` : "";
  const wrong = s.state === "live" ? "" : `${states[s.state]}${why}`;
  const words = s.paused ? `Paused${held}${wrong && `. ${wrong}`}` : wrong || states.live;
  return el("div", { class: `updates ${s.paused && s.state === "live" ? "paused" : s.state}`, key: "updates" },
    el("span", { role: "status", title: s.problem?.line }, words),
    button(s.paused ? "Resume updates" : "Pause updates", () => live.pause(!s.paused), { class: "quiet" }));
}

function wrongClock() {
  const by = Math.round(clock.wrong() / 60_000) * 60_000; // a clock goes on being wrong: its seconds are of no use
  return by !== 0 && el("p", { class: "clock soft", key: "clock", role: "note" },
    `This computer's clock is ${span(by)} ${by > 0 ? "ahead" : "behind"}; times here follow the worker's.`);
}

function who(changed) {
  if (!session.name) return button("Sign in", () => signIn(changed), { key: "in" });
  return el("div", { class: "who", key: "who" }, el("span", {}, "Signed in as ", el("strong", {}, session.name)),
    button("Sign out", () => { leave(); changed(); }, { class: "quiet" }));
}

// What is told of a request before anything else: how it is and why, for whom it waits, how far it is, and how long it still takes.

import { outcome } from "./aftermath.js";
import * as clock from "./clock.js";
import { el } from "./dom.js";
import { allLeft } from "./timeleft.js";
import { requestAddress } from "./router.js";
import { milliseconds, stamp } from "./time.js";
import { badge, bar, code, facts } from "./widgets.js";
import { capital, count, counted, ended, service, spaced, step } from "./words.js";

/** Draws the head of a request that a worker has taken; since is when its stop opened, where it waits at one. */
export function outline(p, since, now = clock.now()) {
  return el("section", { class: `outline ${p.status}`, key: "outline", "aria-label": "How it is" },
    el("p", { class: "outline-state" }, badge(p.status), " ", waitsFor(p, since, now)),
    outcome(p) && el("p", { class: "outline-why" }, outcome(p)),
    why(p) && el("p", { dir: "auto" }, why(p)),
    p.wish && el("p", {}, `${capital(p.wish.verb)} was decided by `, el("bdi", {}, p.wish.decidedBy), " and is obeyed next."),
    el("div", { class: "tiles" }, tiles(p, now)),
    ended(p.status) && el("p", {}, el("a", { href: `${requestAddress(p.request)}/evidence` }, "Evidence"), ": what went, when, and by which call."));
}

/** Draws the head of a request that lies in the queue. */
export function queued(request, at) {
  return el("section", { class: "outline queued", key: "outline", "aria-label": "How it is" },
    el("p", { class: "outline-state" }, badge("queued"), " since ", stamp(at)),
    el("p", {}, "It is stored for good, and no worker has taken it yet. The next worker with a free hand that knows the tenant ",
      el("bdi", {}, request.tenant), " takes it."));
}

/** Draws what was asked for, by whom and why; at is when, digest is of the request as it was taken. */
export function asked(request, at, p) {
  const o = request.options ?? {};
  return facts([
    ["Service", service(request.service)], ["Tenant", el("bdi", {}, request.tenant)], ["Account", el("bdi", {}, request.account)],
    ["App Id", request.appId && code(request.appId, "the App Id")], ["Product", request.product],
    ["Asked by", el("bdi", {}, request.requestedBy)], ["Asked", stamp(at)], ["Reason", request.reason && el("bdi", {}, request.reason)],
    ["Takes up", request.resumeOf && el("a", { href: requestAddress({ ...request, id: request.resumeOf }) }, request.resumeOf)],
    ["Options", options(o)],
    ["Credential in use", p?.credential],
    ["Request", code(request.id, "the id of the request")],
    ["Digest of the request", p?.requestDigest && code(p.requestDigest, "the digest of the request")],
    ["Digest of the plan", p?.plan && code(p.plan.digest, "the digest of the plan")],
    ["Trace", p?.trace && code(p.trace, "the trace")],
  ]);
}

function options(o) {
  const list = [o.dryRun && "dry run: nothing is removed", o.confirmed && "confirmed beforehand", o.purge && "what could be restored is purged",
    o.drain && `drain of ${o.drain}`, o.approveByName?.length && `${counted(o.approveByName.length, "suspect")} approved`].filter(Boolean);
  return list.join(", ");
}

// For whom it waits, or who has it.
function waitsFor(p, since, now) {
  const silent = now - Date.parse(p.updated);
  const sign = ["last sign of life ", el("span", { "data-at": Date.parse(p.updated) })];
  switch (p.status) {
    case "held":
      if (p.claim && silent > milliseconds(p.claim.lease)) return ["its worker is silent for longer than it may be, and another one takes over; ", sign];
      return p.claim ? ["by ", el("bdi", {}, p.claim.worker), ", ", sign] : sign;
    case "contested": return ["another worker takes over, unless ", el("bdi", {}, p.claim?.worker ?? "the one that has it"), " gives a sign; ", sign];
    case "released": return "the next free worker takes it";
    case "parked": return p.park && (Date.parse(p.park.until) > now ? ["goes on by itself at ", stamp(p.park.until)]
      : ["is due since ", stamp(p.park.until), " and goes on when a worker takes it up"]);
    case "waiting": return ["at the stop ", el("strong", {}, spaced(p.stop?.name ?? "")), owner(p.stop), " since ", stamp(since),
      p.stop?.expires && ["; cancelled at ", stamp(p.stop.expires), " unless answered"]];
  }
  return stamp(p.updated);
}

function owner(stop) {
  return stop?.manual?.owner && [" for ", el("bdi", {}, stop.manual.owner)];
}

// Why, in one line. What a stop says stands with its decisions.
function why(p) {
  if (p.status === "parked") return p.park?.reason || p.detail;
  if (p.status === "waiting") return "";
  if (!ended(p.status)) return p.detail || doing(p);
  return p.detail;
}

function doing(p) {
  const s = p.steps?.[p.step];
  return s ? `${step(s.name)}${s.total ? `: ${count(s.done)} of ${count(s.total)}` : ""}` : "";
}

function tiles(p, now) {
  const all = p.steps?.length ?? 0;
  const over = (p.steps ?? []).filter((s) => s.state === "done" || s.state === "skipped").length;
  const gone = p.removed + p.gone + p.unconfirmed;
  const found = Math.max(p.plan?.artifacts ?? 0, gone); // the account at the product goes too, and is in no plan
  const rest = allLeft(p, now);
  return [
    all > 0 && tile("Steps", `${count(over)} of ${count(all)}`, bar("Finished steps", over, all)),
    p.plan && tile("Artifacts gone", `${count(gone)} of ${count(found)}`, bar("Artifacts that are gone", gone, found)),
    rest?.half && tile("Time left, half of the cases", rest.half, p.eta && ["done ", stamp(p.eta)]),
    rest && tile("Time left, nine of ten cases", rest.most, p.status === "waiting" ? "from when it is answered" : p.etaHigh && ["done ", stamp(p.etaHigh)]),
  ];
}

function tile(name, value, more) {
  return el("div", { class: "tile", key: name }, el("div", { class: "tile-name" }, name), el("div", { class: "tile-value" }, value),
    el("div", { class: "tile-more" }, more));
}

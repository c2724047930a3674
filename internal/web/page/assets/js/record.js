// What was decided about a request, what was refused, and what others were told before anything went.

import { el } from "./dom.js";
import { stamp } from "./time.js";
import { button, notice, table } from "./widgets.js";
import { count, counted, spaced } from "./words.js";

/** Draws the decisions of a timeline, refused ones too. */
export function decisions(line) {
  const rows = (line?.marks ?? []).filter((m) => m.kind === "decision" || m.kind === "refused");
  if (rows.length === 0) return null;
  return el("section", { key: "decisions", "aria-labelledby": "decisions" }, el("h2", { id: "decisions" }, "Decided so far"),
    table({ name: "Decisions", rows: rows.map((m, i) => ({ ...m, i })), key: (m) => m.i, empty: "", columns: [
      { title: "Decision", cell: (m) => el("strong", {}, spaced(m.name)) },
      { title: "Became", cell: (m) => el("span", { class: `badge ${m.kind === "refused" ? "bad" : "good"}` }, m.kind === "refused" ? "refused" : "accepted") },
      { title: "By", cell: (m) => el("bdi", {}, m.by) },
      { title: "When", cell: (m) => stamp(m.at) },
      { title: "Why", cell: (m) => m.detail && el("bdi", {}, m.detail) },
    ] }));
}

/**
 * Draws what the SOC was told: `told` is the announcement, or null while nobody asked for it; `ask(true)` gets it and `ask(false)` gives up; `problem` says
 * why it is not there, or "".
 */
export function announcement(line, told, ask, problem) {
  const mark = line?.marks.find((m) => m.kind === "announced");
  if (!mark) return null;
  return el("section", { key: "announcement", "aria-labelledby": "announcement" }, el("h2", { id: "announcement" }, "What the SOC was told"),
    el("p", {}, "Before anything went, an event told whoever listens what is about to go, so that they know the alerts that it causes: ", stamp(mark.at), "."),
    el("details", { ontoggle: (event) => ask(event.currentTarget.open) }, el("summary", {}, "What it said"),
      told ? content(told) : problem ? notice("warn", "It can't be shown: ", problem, " ", button("Try again", () => ask(true)))
        : el("p", { class: "soft" }, "Loading…")));
}

function content(told) {
  const more = told.more ?? 0;
  return [
    told.consumers?.length > 0 && [el("h3", {}, "Who uses the APIs that stop"),
      el("ul", {}, told.consumers.map((c) => el("li", { dir: "auto" }, c)))],
    told.operations?.length > 0 && [el("h3", {}, "What the tenant's own logs will hold"),
      table({ name: "Operations", rows: told.operations.map((o, i) => ({ ...o, i })), key: (o) => o.i, empty: "", columns: [
        { title: "Log", cell: (o) => o.log }, { title: "Operation", cell: (o) => o.operation },
        { title: "At most", class: "number", cell: (o) => count(o.count) },
      ] })],
    el("p", {}, `It named ${counted((told.objects?.length ?? 0) + more, "object")} in the order of their removal`,
      more > 0 && `, ${count(more)} of them not by name`, "."),
  ];
}

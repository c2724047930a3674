// Dialogs. Nothing in them is a form, so Enter in a field does nothing; Escape and Close leave everything as it is.

import { el, nodes, patch } from "./dom.js";
import { button, notice } from "./widgets.js";

/**
 * Shows a modal dialog and returns {redraw, close, closed}. `draw(dialog)` makes its content each time; `actions(dialog)` makes the buttons beside
 * Close; `done` is called when it is gone.
 */
export function dialog({ title, draw, actions, done }) {
  const head = el("h2", { id: "dialog-title", tabindex: "-1" }, title);
  const body = el("div", { class: "dialog-body" });
  const foot = el("div", { class: "dialog-foot" });
  const node = el("dialog", { "aria-labelledby": "dialog-title", onclose: () => {
    node.remove();
    done?.();
    opener?.focus?.();
  } }, head, body, foot);
  const opener = document.activeElement;
  const self = {
    node,
    busy: false,
    problem: "",
    close: () => node.close(),
    redraw() {
      patch(body, [draw(self), self.problem && notice("bad", self.problem)]);
      patch(foot, [button("Close", () => node.close(), { key: "close", class: "quiet" }), nodes(actions?.(self) ?? [])]);
    },
    /** Runs what a button does: once at a time, and with what goes wrong shown in the dialog. */
    async run(work) {
      if (self.busy) return;
      self.busy = true;
      self.problem = "";
      self.redraw();
      try {
        await work();
      } catch (error) {
        self.problem = error.line ?? error.message;
      }
      self.busy = false;
      if (node.isConnected) self.redraw();
    },
  };
  document.body.append(node);
  self.redraw();
  node.showModal();
  head.focus(); // not a button: whoever strikes Enter without looking sets off nothing
  return self;
}

/**
 * A field into which a person types a phrase before anything is destroyed. Returns {draw, typed}: draw() makes the field, typed() tells whether it
 * holds the phrase. `changed` is called when that may have changed.
 */
export function typed(phrase, changed) {
  let text = "";
  return {
    typed: () => text.trim() === phrase,
    draw: () => el("label", { class: "typed", key: "typed" }, el("span", {}, "To go on, type ", el("strong", { class: "phrase" }, phrase)),
      el("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", oninput: (e) => {
        text = e.currentTarget.value;
        changed();
      } })),
  };
}

// Dialogs. Nothing in them is a form, so Enter in a field does nothing; Escape and Close leave everything as it is. While something that was sent
// has no answer, nobody can say whether everything is as it was: then neither does anything.

import { sending } from "./api.js";
import { el, nodes, patch } from "./dom.js";
import { button, notice } from "./widgets.js";

const FRESH = 600; // milliseconds in which the second half of a double click may still come

/**
 * Shows a modal dialog and returns it. `draw(dialog)` makes its content each time; `actions(dialog)` makes the buttons beside Close; `done` is
 * called when it is gone. The dialog has redraw(), close(), run(work), beside(field), title(text), and `ready`, which is false while it is busy or has
 * only just come: what does something is to be disabled then, for a double click on what opened it must not reach further.
 */
export function dialog({ title, draw, actions, done }) {
  const head = el("h2", { id: "dialog-title", tabindex: "-1" }, title);
  const body = el("div", { class: "dialog-body" });
  const foot = el("div", { class: "dialog-foot" });
  const opener = document.activeElement;
  const held = () => self.busy && sending();
  const stay = (e) => held() && e.preventDefault();
  const leave = () => self.close(); // it belongs to the view that it came from
  const node = el("dialog", { "aria-labelledby": "dialog-title", oncancel: stay, onkeydown: (e) => e.key === "Escape" && stay(e), onclose: () => {
    if (!meant && held()) return node.showModal(); // a browser may close it in spite of all
    removeEventListener("hashchange", leave);
    node.remove();
    done?.();
    const back = opener?.isConnected ? opener : document.getElementById("main"); // what opened it may be gone with what it did
    back?.focus();
  } }, head, body, foot);
  const self = {
    node,
    busy: false,
    problem: "",
    fault: null, // what the last work failed with
    get ready() { return !self.busy && performance.now() - came >= FRESH; },
    close: () => {
      meant = true;
      node.close();
    },
    title: (text) => { head.textContent = text; },
    redraw() {
      if (!node.isConnected) return;
      told = false;
      const content = nodes(draw(self));
      patch(body, [content, self.problem && !told && el("div", { key: "problem" }, notice("bad", self.problem))]);
      patch(foot, [button("Close", () => held() || self.close(), { key: "close", class: "quiet", disabled: held() }), nodes(actions?.(self) ?? [])]);
    },
    /** What is wrong with a field, to be put beside it; null when nothing is. What no field shows stands at the end. */
    beside(field) {
      if (!self.fault?.field || self.fault.field !== field) return null;
      told = true;
      return el("div", { key: `problem of ${field}` }, notice("bad", self.fault.line));
    },
    /** Runs what a button does: once at a time, and with what goes wrong shown in the dialog. */
    async run(work) {
      if (self.busy) return;
      self.busy = true;
      self.problem = "";
      self.fault = null;
      try {
        const going = work();
        self.redraw(); // only now: whether something is being sent shows
        await going;
      } catch (error) {
        self.fault = error;
        self.problem = error.line ?? error.message;
      }
      self.busy = false;
      self.redraw();
    },
  };
  let told = false;
  let meant = false; // to close
  const came = performance.now();
  document.body.append(node);
  self.redraw();
  node.showModal();
  addEventListener("hashchange", leave);
  setTimeout(self.redraw, FRESH);
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

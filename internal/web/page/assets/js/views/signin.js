// Signing in, by one of the ways that the worker names.

import { el } from "../dom.js";
import { dialog } from "../dialog.js";
import { enter, session } from "../session.js";
import { button } from "../widgets.js";

// A way has a title, draw(dialog) and go(), which ends when the worker knows who it is. A way of the worker that is not here is named.
const WAYS = {
  token: () => {
    let token = "";
    return {
      title: "With a token",
      sends: "Sign in",
      ready: () => token.trim() !== "",
      draw: (d, go) => [
        el("p", {}, "Whoever removes something or decides does so under their name. Your token is that name: the worker's configuration has it under ",
          el("code", {}, "http.tokens"), "."),
        el("label", { key: "token" }, el("span", {}, "Token"), el("input", { type: "password", autocomplete: "current-password", spellcheck: "false",
          oninput: (e) => { token = e.currentTarget.value; d.redraw(); },
          onkeydown: (e) => { if (e.key === "Enter" && token.trim() !== "") go(); } })),
        el("p", { class: "soft" }, "It stays in this tab until you sign out or close it."),
      ],
      go: () => enter(token.trim()),
    };
  },
};

/** Asks who somebody is; signed is called when the worker knows it. */
export function signIn(signed) {
  const known = session.signIn.filter((w) => Object.hasOwn(WAYS, w));
  const others = session.signIn.filter((w) => !known.includes(w));
  const ways = known.map((w) => WAYS[w]());
  const go = (d, way) => d.run(async () => {
    await way.go();
    await signed();
    d.close(); // only now: what opened it is gone, and an Enter that is still held down opens nothing again
  });
  const shown = dialog({
    title: "Sign in",
    draw: (d) => [
      ways.map((way) => [ways.length > 1 && el("h3", {}, way.title), way.draw(d, () => go(d, way))]),
      others.length > 0 && el("p", { class: "soft", key: "others" }, `The worker also takes what this page does not know yet: ${others.join(", ")}.`),
      session.signIn.length === 0 && el("p", {}, "This worker knows nobody: its configuration has no ", el("code", {}, "http.tokens"),
        ". Here one can only look."),
    ],
    actions: (d) => ways.map((way) => button(way.sends, () => go(d, way), { class: "main", key: way.title, disabled: d.busy || !way.ready() })),
  });
  shown.node.querySelector("input")?.focus();
}

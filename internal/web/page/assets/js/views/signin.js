// Signing in, with a token of the worker's configuration.

import { el } from "../dom.js";
import { dialog } from "../dialog.js";
import { enter } from "../session.js";
import { button } from "../widgets.js";

/** Asks for a token; signed is called when the worker knows it. */
export function signIn(signed) {
  let token = "";
  const go = (d) => d.run(async () => {
    await enter(token.trim());
    d.close();
    await signed();
  });
  const shown = dialog({
    title: "Sign in",
    draw: (d) => [
      el("p", {}, "Whoever removes something or decides does so under their name. Your token is that name: the worker's configuration has it under ",
        el("code", {}, "http.tokens"), "."),
      el("label", { key: "token" }, el("span", {}, "Token"), el("input", { type: "password", autocomplete: "current-password", spellcheck: "false",
        oninput: (e) => { token = e.currentTarget.value; },
        onkeydown: (e) => { if (e.key === "Enter") go(d); } })),
      el("p", { class: "soft" }, "It stays in this tab until you sign out or close it."),
    ],
    actions: (d) => button("Sign in", () => go(d), { class: "main", key: "go", disabled: d.busy }),
  });
  shown.node.querySelector("input").focus();
}

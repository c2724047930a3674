// What each stop is, and what each decision does there, for whoever has to take it. docs/decisions-guide.md tells it at length.

const STOPS = {
  "invalid-account": "The service account is not as it was recorded", "missing-rights": "The worker lacks rights", confirm: "The plan is ready",
  drift: "The tenant changed: there is a new plan", brake: "The brake holds the plan", "not-armed": "Nothing may be removed in this tenant",
  "still-rerouting": "Mail still takes the product's way", "still-there": "Something that was removed is still there",
  manual: "This only a person can do", recovered: "The journal was lost", failed: "A step failed",
};

const VERBS = {
  confirm: { label: "Confirm…", does: "Look at the plan, and have exactly this plan carried out." },
  approve: { label: "Approve look-alikes…", does: "Choose what else may go, by name. That makes a new plan, which waits for its own confirmation." },
  continue: { label: "Continue…", does: "Go on all the same: the worker uses its own identity and does not need the account." },
  credentials: { label: "Other credentials…", does: "Go on with another credential of the worker's configuration, by its name." },
  retry: { label: "Retry…", does: "Try the step again from where it stood. What is finished is not repeated." },
  "manual-done": { label: "It is done…", does: "Go on, with a note of how it was done." },
  skip: { label: "Skip…", does: "Leave out the rest of this step. What it would have removed stays, and is listed for a person." },
  cancel: { label: "Cancel the request…", does: "End it. What was removed stays removed, the rest stays, and the account may be asked for again." },
  force: {
    label: "Close by force…",
    does: "Remove nothing more from the tenant, drop the account at the product and close its record. All the rest is listed for a person.",
  },
};

// What a verb does at one stop, where that is something else or less or more.
const THERE = {
  "missing-rights": { retry: "Look at the rights again, after somebody granted what was missing." },
  confirm: { cancel: "End it. Nothing was changed." },
  drift: { confirm: "Look at the new plan, and have it carried out. The old confirmation does not count for it.", cancel: "End it. Nothing was changed." },
  brake: {
    approve: "Let this plan pass in spite of its size. It counts for the hour all the same.",
    retry: "Look again whether there is room: when the hour of others has passed, or the policy was changed.", cancel: "End it. Nothing was changed.",
  },
  "not-armed": {
    retry: "Look at the policy again, after the tenant was armed in the worker's configuration.",
    force: "Close the account's record. Everything stays, also the account at the product.",
  },
  "still-rerouting": {
    retry: "Look again. Remove the rule first where it is none of the plan.",
    skip: "Do not wait until mail has come back. Mail can be lost: the way back is closed while mail may still be under way.",
    cancel: "End it. The way back stays open; mail still takes the product's way.",
  },
  "still-there": { retry: "Read everything again, from the beginning.", skip: "Go on without the proof. What could still be read is listed for a person." },
  manual: { skip: "Go on without it. What had to be done is listed for a person, and so is what the step would have removed by itself." },
  recovered: {
    retry: "Go on from the last state that is known. Everything is read before it is called about, so that nothing goes twice.",
    cancel: "End it. What may have gone in between is listed as in doubt: look at the tenant.",
  },
  "invalid-account": {
    cancel: "End it. Nothing was changed. Correct the record and ask again.",
    force: "Close the account without looking at the tenant. Its whole footprint stays, and is listed.",
  },
};

// What the button says that sends it.
const SENDS = {
  approve: "Approve", continue: "Continue", credentials: "Use this credential", retry: "Retry", "manual-done": "It is done", skip: "Skip it",
  cancel: "Cancel the request", force: "Close by force",
};

/** What a stop is called. */
export function stopTitle(name) {
  return Object.hasOwn(STOPS, name) ? STOPS[name] : `It waits at the stop ${name}`;
}

/** What the button is called that opens the dialog of a decision at a stop ("" where the request waits at none). */
export function verbLabel(verb, stop) {
  if (verb === "approve" && stop === "brake") return "Let it pass the brake…";
  return Object.hasOwn(VERBS, verb) ? VERBS[verb].label : `${verb}…`;
}

/** What a decision does at a stop, in a line. */
export function verbDoes(verb, stop) {
  const there = Object.hasOwn(THERE, stop) ? THERE[stop] : {};
  if (Object.hasOwn(there, verb)) return there[verb];
  return Object.hasOwn(VERBS, verb) ? VERBS[verb].does : "This page does not know this decision; the publisher command may.";
}

/** Reports whether the page can take a decision. */
export function knows(verb) {
  return Object.hasOwn(VERBS, verb);
}

/** What the button is called that sends a decision. */
export function verbSends(verb, stop) {
  return verb === "approve" && stop === "brake" ? "Let it pass the brake" : SENDS[verb] ?? verb;
}

/** Reports whether a decision may name the request alone: it is offered in every open state. */
export function anytime(verb) {
  return verb === "cancel" || verb === "force";
}

/** Reports whether something is destroyed, or may be lost, once the decision was taken: the phrase has to be typed then. */
export function grave(verb) {
  return ["confirm", "force", "approve", "skip"].includes(verb);
}

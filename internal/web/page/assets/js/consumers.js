// What stops with an account, and who uses it: the vendor's cautions, and the customer's own systems as the account's record names them.

import { get, path } from "./api.js";

/** Gets the record of the service account that a request is about. */
export function recordOf(request, signal) {
  return get(path("tenants", request.tenant, "accounts", request.account), {}, signal);
}

/** Gets what is to be known before the removal of an account is asked for: {known, cautions}. */
export function cautionsOf(request, signal) {
  return get(path("tenants", request.tenant, "accounts", request.account, "cautions"), {}, signal);
}

/** Gets the names of the systems; none where the record can't be read, for the caution itself has them as well. */
export async function consumersOf(request) {
  try {
    return (await recordOf(request)).consumers ?? [];
  } catch {
    return [];
  }
}

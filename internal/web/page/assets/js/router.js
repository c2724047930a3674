// Which view an address names.

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/; // what a tenant, a service and a request may be called
const routes = [];

/** Adds a view: pattern such as "/requests/:tenant/:service/:request"; load imports its module. */
export function route(pattern, load) {
  const names = [];
  const source = pattern.replace(/:(\w+)/g, (_, name) => (names.push(name), "([^/]+)"));
  routes.push({ names, expression: new RegExp(`^${source}$`), load });
}

/** Finds the view of an address such as "#/requests?status=waiting": {load, params, query, path}; null when there is none. */
export function find(hash) {
  const [where, search = ""] = hash.replace(/^#/, "").split("?");
  for (const { names, expression, load } of routes) {
    const match = expression.exec(where);
    if (!match) continue;
    try {
      const params = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1])]));
      if (!Object.values(params).every((p) => TOKEN.test(p))) return null; // views make commands of them, to be copied into a shell
      return { load, params, query: new URLSearchParams(search), path: where };
    } catch {
      return null; // not escaped as in a URL
    }
  }
  return null;
}

/** The address of a request. */
export function requestAddress(of) {
  return `#/requests/${[of.tenant, of.service, of.request ?? of.id].map(encodeURIComponent).join("/")}`;
}

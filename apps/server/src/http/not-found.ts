import { TaffrailError } from "@taffrail/contracts";

/** Method and path of a known route, as the route table writes them. */
export interface KnownRoute {
  readonly method: string;
  readonly path: string;
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split("/");
  const found = path.split("/");
  return parts.length === found.length && parts.every((part, index) => part.startsWith("{") || part === found[index]);
}

/**
 * Names what is wrong with a request that no route took: the path exists with other methods (`method_not_allowed`), or it does not
 * (`not_found`).
 *
 * @example notFoundFault(known, "DELETE", "/api/v1/status").code // "method_not_allowed"
 */
export function notFoundFault(known: readonly KnownRoute[], method: string, url: string): TaffrailError {
  const path = url.split("?", 1)[0] ?? "/";
  const methods = known.filter((route) => matches(route.path, path)).map((route) => route.method);
  const shown = path.slice(0, 200);
  if (methods.length === 0) return new TaffrailError("not_found", { method, path: shown });
  const allowed = [...new Set(methods.flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name])))]
    .sort()
    .join(", ");
  return new TaffrailError("method_not_allowed", { method, path: shown, allowed });
}

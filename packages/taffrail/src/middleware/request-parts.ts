/** Reads a header by its name in lower case; undefined when it was not sent. */
export type HeaderReader = (name: string) => string | undefined;

/** Long paths are cut: the rest is rarely of use and costs every record. */
const maxPathLength = 1024;
const maxValueLength = 1024;
/** Ids of others are taken over when they cannot do harm in a header, a line or a search. */
const idPattern = /^[A-Za-z0-9._:@/+=-]{1,128}$/;

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length)}…`);

/** True for a request id from outside that may be taken over. */
export function isRequestId(id: string | undefined): id is string {
  return id !== undefined && idPattern.test(id);
}

/**
 * The path of a request target, without its query.
 *
 * @example pathOf("/orders/7?token=secret") // "/orders/7"
 */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  const path = end < 0 ? target : target.slice(0, end);
  // A proxy sends the whole URL, which may hold a user and a password.
  const whole = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/.*)?$/i.exec(path);
  return cut(whole === null ? path : (whole[1] ?? "/"), maxPathLength);
}

/**
 * The named parameters of a request target's query, as they are written in a query; undefined when there are none.
 *
 * @example queryOf("/orders?page=2&token=secret", ["page"]) // "page=2"
 */
export function queryOf(target: string, names: readonly string[]): string | undefined {
  const start = target.indexOf("?");
  if (names.length === 0 || start < 0) return undefined;
  const all = new URLSearchParams(target.slice(start + 1).split("#")[0]);
  const kept = new URLSearchParams([...all].filter(([name]) => names.includes(name)));
  const text = kept.toString();
  return text === "" ? undefined : cut(text, maxValueLength);
}

/** True when a path is in the list; entries with a `*` at the end stand for everything that begins like them. */
export function isSkipped(path: string, skip: readonly string[]): boolean {
  return skip.some((entry) => (entry.endsWith("*") ? path.startsWith(entry.slice(0, -1)) : path === entry));
}

/**
 * The client's address: the socket's, or with proxies of our own in front the entry of `X-Forwarded-For` that the outermost of them wrote.
 * What stands before that entry can be made up by anybody.
 *
 * @example clientAddressOf("10.0.0.1", "6.6.6.6, 203.0.113.9", 1) // "203.0.113.9"
 */
export function clientAddressOf(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string | undefined {
  if (trustedProxies === 0 || forwardedFor === undefined) return socketAddress;
  const entries = forwardedFor.split(",").map((entry) => entry.trim());
  const entry = entries.at(-Math.min(trustedProxies, entries.length));
  return entry === undefined || entry === "" ? socketAddress : cut(entry, 64);
}

/** The allowed headers that are there, as fields of the record. */
export function headerFields(prefix: string, names: readonly string[], read: HeaderReader): Record<string, string> {
  const found = names.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[`${prefix}.${name}`, cut(value, maxValueLength)] as const];
  });
  return Object.fromEntries(found);
}

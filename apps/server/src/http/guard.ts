import type { IncomingMessage } from "node:http";
import { TaffrailError } from "@taffrail/contracts";

/** The parts of a request that the guards look at; nothing is read of the body. */
export interface GuardedRequest {
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage["headers"];
  /** Port of the socket that took the request. */
  readonly localPort: number;
}

const shown = (value: string): string => JSON.stringify(value.slice(0, 100));

/** Names that always mean this machine. Any other name can be made to point here by whoever owns it (DNS rebinding). */
function isOwnHost(host: string, port: number): boolean {
  const match = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::(\d{1,5}))?$/i.exec(host);
  return match !== null && Number(match[2] ?? 80) === port;
}

function isOwnOrigin(origin: string, port: number): boolean {
  const match = /^http:\/\/([^/]+)$/i.exec(origin);
  return match?.[1] !== undefined && isOwnHost(match[1], port);
}

const countOf = (rawHeaders: readonly string[], name: string): number =>
  rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;

/** A page of another port of this machine may link to ours, but not fetch from it or post to it. */
function isLocalLink(request: GuardedRequest): boolean {
  return request.headers["sec-fetch-mode"] === "navigate" && request.method === "GET";
}

function siteFault(request: GuardedRequest): string | undefined {
  const site = request.headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin") return undefined;
  const reads = request.method === "GET" || request.method === "HEAD";
  if (site === "none") return reads ? undefined : "no page";
  if (site === "same-site" && isLocalLink(request)) return undefined;
  return site === "same-site" ? "another port of this machine" : "another site";
}

/**
 * Refuses what a foreign web page could make a browser send here. Without a login these checks are what keeps the logs of this machine from any
 * site that its user visits: the Host header must be a loopback name with our port, an Origin must be ours, and a browser must say that the
 * request is from our own page. Senders that are no browsers have none of these headers but Host and pass.
 *
 * @example guardFault({ method: "GET", headers: { host: "evil.example" }, rawHeaders: ["Host", "evil.example"], localPort: 4318 })?.code // "foreign_host"
 */
export function guardFault(request: GuardedRequest): TaffrailError | undefined {
  const host = request.headers.host ?? "";
  if (countOf(request.rawHeaders, "host") !== 1 || !isOwnHost(host, request.localPort)) {
    return new TaffrailError("foreign_host", { host: shown(host) });
  }
  const origin = request.headers.origin;
  if (origin !== undefined && !isOwnOrigin(origin, request.localPort)) {
    return new TaffrailError("foreign_origin", { origin: shown(origin) });
  }
  const fault = siteFault(request);
  return fault === undefined ? undefined : new TaffrailError("foreign_origin", { origin: fault });
}

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { TaffrailError } from "@taffrail/contracts";
import { guardFault } from "./guard.ts";
import { securityHeaders } from "./security-headers.ts";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? "");

/** A person who followed a link from another site gets a page with one more link, which then comes from our own origin. */
function crossingPage(url: string): string {
  const path = url.startsWith("/") && !url.startsWith("//") ? url : "/";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Taffrail</title><h1>Taffrail</h1><p>Another site sent you here. <a href="${escapeHtml(path)}">Continue to Taffrail</a></p></html>\n`;
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: TaffrailError): void {
  const isVisit =
    request.headers["sec-fetch-mode"] === "navigate" && request.method === "GET" && fault.code === "foreign_origin";
  const body = isVisit ? crossingPage(request.url ?? "/") : JSON.stringify({ error: fault });
  response.writeHead(fault.status, {
    "content-type": isVisit ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    // The body is not read, so the connection cannot be used again.
    connection: "close",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Counts of what the front turned away, by error code. */
interface FrontStats {
  readonly refused: Readonly<Record<string, number>>;
}

export interface Front {
  readonly listener: RequestListener;
  stats(): FrontStats;
}

/**
 * What stands before the application on every listener: security headers on each answer, then the guards. It stands outside of the router, so
 * that no route, known or not, can be reached around it.
 *
 * @example createServer(createFront(app.routing).listener)
 */
export function createFront(next: RequestListener): Front {
  const refused: Record<string, number> = {};
  return {
    listener(request, response) {
      for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
      const fault = guardFault({
        method: request.method ?? "",
        rawHeaders: request.rawHeaders,
        headers: request.headers,
        localPort: request.socket.localPort ?? 0,
      });
      if (!fault) return next(request, response);
      refused[fault.code] = (refused[fault.code] ?? 0) + 1;
      refuse(request, response, fault);
    },
    stats: () => ({ refused: { ...refused } }),
  };
}

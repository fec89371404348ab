import { openMap } from "../../value.ts";
import type { Severity } from "../severity.ts";
import { parseWebTime } from "../time.ts";
import type { TextDialect } from "./dialect.ts";

const line =
  /^(?:(\S+:\d+) )?(\S+) \S+ (\S+) \[([^\]]{20,40})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;

const request = /^([A-Z]{3,16}) (\S+)(?: HTTP\/([\d.]+))?$/;

function severityOfStatus(status: number): Severity {
  if (status >= 500) return { number: 17, text: "" };
  return { number: status >= 400 ? 13 : 9, text: "" };
}

/** Hyphens stand for what the server does not know. */
const known = (text: string | undefined): text is string => text !== undefined && text !== "-" && text !== "";

/**
 * Web-server access logs, common and combined format, with or without the virtual host in front. The line stays the body; its parts become
 * attributes under OpenTelemetry's names for HTTP.
 */
export const accessLog: TextDialect = {
  name: "access-log",
  read(text) {
    const match = line.exec(text);
    const time = match?.[4] === undefined ? undefined : parseWebTime(match[4]);
    if (!match || time === undefined) return undefined;
    const [, host, client, user, , requestLine = "", status, size, referer, agent] = match;
    const attributes = openMap();
    if (known(host)) attributes["server.address"] = host;
    if (known(client)) attributes["client.address"] = client;
    if (known(user)) attributes["user.name"] = user;
    const [, method, target, version] = request.exec(requestLine) ?? [];
    if (method !== undefined && target !== undefined) {
      const question = target.indexOf("?");
      attributes["http.request.method"] = method;
      attributes["url.path"] = question < 0 ? target : target.slice(0, question);
      if (question >= 0) attributes["url.query"] = target.slice(question + 1);
      if (version !== undefined) attributes["network.protocol.version"] = version;
    }
    attributes["http.response.status_code"] = Number(status);
    if (known(size)) attributes["http.response.body.size"] = Number(size);
    if (known(referer)) attributes["http.request.header.referer"] = referer;
    if (known(agent)) attributes["user_agent.original"] = agent;
    return { time, severity: severityOfStatus(Number(status)), body: text, attributes };
  },
};

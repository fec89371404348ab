import type { FastifyReply } from "fastify";
import type { QueryService } from "../../query/query-service.ts";
import type { TailHub } from "../../tail/tail-hub.ts";
import { type Call, type HandlersOf, sent } from "../handler.ts";
import type { RouteDefinition } from "../route.ts";
import { sendEvents } from "../send-events.ts";

type LogOperation =
  | "searchLogs"
  | "countLogs"
  | "logHistogram"
  | "logFacets"
  | "logContext"
  | "logFields"
  | "tailLogs"
  | "explainQuery";

export interface LogHandlerDeps {
  /** Throws `server_starting` until the parts are open. */
  readonly query: () => QueryService;
  readonly tail: () => TailHub;
}

/** The query service reads text, whatever the transport; the route's schema has checked it already. */
function textOf(call: Pick<Call<RouteDefinition>, "params" | "query">): Record<string, string> {
  const all = { ...(call.query as object), ...(call.params as object) };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}

/**
 * Handlers of reading and tailing logs.
 *
 * @example createLogHandlers({ query: () => parts.query, tail: () => parts.tail })
 */
export function createLogHandlers(deps: LogHandlerDeps): HandlersOf<LogOperation> {
  return {
    searchLogs: (call) => deps.query().search(call.scope, textOf(call), call.signal),
    countLogs: (call) => deps.query().count(call.scope, textOf(call), call.signal),
    logHistogram: (call) => deps.query().histogram(call.scope, textOf(call), call.signal),
    logFacets: (call) => deps.query().facets(call.scope, textOf(call), call.signal),
    logContext: (call) => deps.query().context(call.scope, textOf(call), call.signal),
    logFields: (call) => deps.query().fields(call.scope, textOf(call), call.signal),
    explainQuery: (call) => deps.query().explain(call.scope, textOf(call), call.signal),
    tailLogs(call) {
      const events = deps.tail().subscribe(call.scope, call.query.query ?? "", { signal: call.signal });
      sendTail(call.reply, events, call.signal);
      return sent;
    },
  };
}

type TailEvents = ReturnType<TailHub["subscribe"]>;

function sendTail(reply: FastifyReply, events: TailEvents, signal: AbortSignal): void {
  async function* named(): AsyncGenerator<{ readonly event: string; readonly data: unknown }> {
    for await (const event of events) {
      const { type, ...data } = event;
      yield { event: type, data: "error" in data ? data.error : data };
    }
  }
  sendEvents(reply, named(), signal);
}

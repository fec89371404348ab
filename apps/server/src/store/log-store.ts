import type { Engine } from "../engine/engine.ts";
import { createAsk } from "./ask.ts";
import { countLogs, logHistogram } from "./log-counts.ts";
import { logFacets, logFieldNames } from "./log-facets.ts";
import { logsAround, logsOfRange, searchLogs } from "./log-search.ts";
import type { LogStore } from "./store.ts";

/**
 * Reading the logs from the engine. Every statement carries the scope's tenant, a bound in time or Seq, and limits on time, memory and rows.
 *
 * @example
 * const logs = createLogStore({ engine });
 * const page = await logs.search(scope, { filter: undefined, range: { fromMs, toMs }, limit: 100 });
 */
export function createLogStore(deps: { readonly engine: Engine }): LogStore {
  const ask = createAsk(deps.engine);
  return {
    search: (scope, question) => searchLogs(ask, scope, question),
    count: (scope, question) => countLogs(ask, scope, question),
    histogram: (scope, question) => logHistogram(ask, scope, question),
    facets: (scope, question) => logFacets(ask, scope, question),
    around: (scope, position, options) => logsAround(ask, scope, position, options),
    range: (scope, filter, from, to, limit) => logsOfRange(ask, scope, filter, { from, to }, limit),
    fieldNames: (scope, range, prefix, limit) => logFieldNames(ask, scope, range, { prefix, limit }),
  };
}

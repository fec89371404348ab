import { type Clock, systemClock } from "@taffrail/contracts";
import type { Engine } from "../engine/engine.ts";
import { type Ask, beginQuestion } from "./ask.ts";
import { countLogs, logHistogram } from "./log-counts.ts";
import { logFacets, logFieldNames } from "./log-facets.ts";
import { logsAround, logsOfRange, searchLogs } from "./log-search.ts";
import type { LogStore } from "./store.ts";

/**
 * Reading the logs from the engine. Every statement carries the scope's tenant, a bound in time or Seq, and limits on time, memory and rows; the time is that of
 * the whole question. `clock` measures it; default: the machine's.
 *
 * @example
 * const logs = createLogStore({ engine });
 * const page = await logs.search(scope, { filter: undefined, range: { fromMs, toMs }, limit: 100 });
 */
export function createLogStore(deps: { readonly engine: Engine; readonly clock?: Pick<Clock, "monotonic"> }): LogStore {
  const { engine, clock = systemClock } = deps;
  const begin = (): Ask => beginQuestion(engine, clock);
  return {
    search: (scope, question) => searchLogs(begin(), scope, question),
    count: (scope, question) => countLogs(begin(), scope, question),
    histogram: (scope, question) => logHistogram(begin(), scope, question),
    facets: (scope, question) => logFacets(begin(), scope, question),
    around: (scope, position, options) => logsAround(begin(), scope, position, options),
    range: (scope, filter, from, to, limit) => logsOfRange(begin(), scope, filter, { from, to }, limit),
    fieldNames: (scope, range, wanted) => logFieldNames(begin(), scope, range, wanted),
  };
}

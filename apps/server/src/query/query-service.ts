import { type Clock, limits, TaffrailError } from "@taffrail/contracts";
import { fieldName, knownFields, maskedField, printQuery, resolveField } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";
import type { Journal } from "../journal/journal.ts";
import { whereOf } from "../store/log-conditions.ts";
import { pageSql } from "../store/log-search.ts";
import type { Cost, LogStore, Question, TimeRange } from "../store/store.ts";
import type {
  CostAnswer,
  CountLogsAnswer,
  ExplainQueryAnswer,
  LogContextAnswer,
  LogFacetsAnswer,
  LogFieldsAnswer,
  LogHistogramAnswer,
  Notice,
  RangeAnswer,
  SearchLogsAnswer,
} from "./answers.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { noticesOfNothing } from "./notices.ts";
import { type QueryParameters, readChoice, readFlag, readInteger } from "./parameters.ts";
import { readFilter } from "./read-filter.ts";
import { readRecordTime, readTimeRange } from "./time-range.ts";

export interface QueryServiceDeps {
  readonly store: LogStore;
  readonly journal: Pick<Journal, "pendingRecords">;
  readonly clock: Clock;
}

/** Answers one kind of question. `parameters` are those of the query string, `id` included where the path has one. */
type Ask<Answer> = (scope: Scope, parameters: QueryParameters, signal: AbortSignal) => Promise<Answer>;

/**
 * Questions about logs, as the API asks them: text parameters in, JSON answers out, whatever the transport. Every method rejects with the
 * TaffrailErrors of its parameters (`query_syntax`, `time_range_required`, `invalid_parameter`, ...) or those of the engine.
 */
export interface QueryService {
  readonly search: Ask<SearchLogsAnswer>;
  readonly count: Ask<CountLogsAnswer>;
  readonly histogram: Ask<LogHistogramAnswer>;
  readonly facets: Ask<LogFacetsAnswer>;
  readonly context: Ask<LogContextAnswer>;
  readonly fields: Ask<LogFieldsAnswer>;
  readonly explain: Ask<ExplainQueryAnswer>;
}

const pageSizeUsual = 100;
const facetFieldsMax = 20;
const facetValuesMax = 100;
const neighboursMax = 200;
const fieldNamesMax = 1000;

const time = (ms: number): string => new Date(ms).toISOString();
const rangeAnswer = ({ fromMs, toMs }: TimeRange): RangeAnswer => ({ from: time(fromMs), to: time(toMs) });
const cost = ({ elapsedMs, rowsRead, bytesRead, sql }: Cost): CostAnswer => ({ elapsedMs, rowsRead, bytesRead, sql });

const readPageSize = (parameters: QueryParameters): number => {
  const max = limits.searchPage.value;
  const text = parameters.limit ?? "";
  if (/^\d{1,15}$/.test(text) && Number(text) > max) {
    throw new TaffrailError("limit_too_large", { value: Number(text), limit: max });
  }
  return readInteger(parameters, "limit", { fallback: pageSizeUsual, min: 1, max });
};

/** What most questions have in common, read from their parameters. */
const readQuestion = (deps: QueryServiceDeps, scope: Scope, parameters: QueryParameters, signal: AbortSignal) => {
  const nowMs = deps.clock.now();
  const { filter, fields } = readFilter(parameters.query ?? "", scope);
  const range = readTimeRange(parameters, nowMs);
  const pendingRecords = deps.journal.pendingRecords(scope.tenant);
  const question: Question = { filter, range, signal };
  return { question, pendingRecords, nothing: { fields, range, pendingRecords, nowMs, signal } };
};

const searchWith = (deps: QueryServiceDeps): Ask<SearchLogsAnswer> => {
  return async (scope, parameters, signal) => {
    const limit = readPageSize(parameters);
    const order = readChoice(parameters, "order", ["newest", "oldest"]);
    const { filter } = readFilter(parameters.query ?? "", scope);
    const paged = { query: printQuery(filter), order };
    const place = parameters.cursor === undefined ? undefined : readCursor(parameters.cursor, paged);
    const read = readQuestion(deps, scope, parameters, signal);
    const range = place?.range ?? read.question.range;
    const answer = await deps.store.search(scope, {
      ...read.question,
      range,
      limit,
      order,
      ...(place === undefined ? {} : { after: place.after }),
    });
    const isEmpty = answer.records.length === 0 && place === undefined;
    const notices = isEmpty ? await noticesOfNothing(deps.store, scope, read.nothing) : [];
    const next = answer.next;
    return {
      records: answer.records,
      ...(next === undefined ? {} : { nextCursor: writeCursor({ after: next, range }, paged) }),
      pendingRecords: read.pendingRecords,
      range: rangeAnswer(range),
      notices,
      ...cost(answer),
    };
  };
};

const countWith = (deps: QueryServiceDeps): Ask<CountLogsAnswer> => {
  return async (scope, parameters, signal) => {
    const { question, pendingRecords, nothing } = readQuestion(deps, scope, parameters, signal);
    const answer = await deps.store.count(scope, question);
    const notices = answer.count === 0 ? await noticesOfNothing(deps.store, scope, nothing) : [];
    return { count: answer.count, pendingRecords, range: rangeAnswer(question.range), notices, ...cost(answer) };
  };
};

const histogramWith = (deps: QueryServiceDeps): Ask<LogHistogramAnswer> => {
  return async (scope, parameters, signal) => {
    const buckets = readInteger(parameters, "buckets", { fallback: 60, min: 1, max: limits.histogramBuckets.value });
    const { question, pendingRecords } = readQuestion(deps, scope, parameters, signal);
    const answer = await deps.store.histogram(scope, { ...question, buckets });
    return {
      stepMs: answer.stepMs,
      buckets: answer.buckets.map(({ startMs, counts }) => ({ start: time(startMs), counts })),
      total: answer.total,
      pendingRecords,
      range: rangeAnswer(question.range),
      notices: [],
      ...cost(answer),
    };
  };
};

/** Reads the wanted facets; their names become canonical, so that the store and the page speak of the same field. */
const readFacetFields = (parameters: QueryParameters, scope: Scope): readonly string[] => {
  const names = (parameters.fields ?? "").split(",").map((name) => name.trim());
  const fields = [...new Set(names.filter((name) => name !== "").map((name) => fieldName(resolveField(name))))];
  if (fields.length > facetFieldsMax) {
    throw new TaffrailError("invalid_parameter", { name: "fields", reason: `it may name ${facetFieldsMax} fields` });
  }
  const masked = fields.find((name) => maskedField(resolveField(name), scope.maskedFields));
  if (masked !== undefined) throw new TaffrailError("query_field_masked", { field: masked });
  return fields;
};

const facetsWith = (deps: QueryServiceDeps): Ask<LogFacetsAnswer> => {
  return async (scope, parameters, signal) => {
    const fields = readFacetFields(parameters, scope);
    const limit = readInteger(parameters, "limit", { fallback: 10, min: 1, max: facetValuesMax });
    const { question } = readQuestion(deps, scope, parameters, signal);
    const answer = await deps.store.facets(scope, { ...question, fields, limit });
    const sampled: Notice = {
      code: "sampled",
      message: "The range is large, so the counts are estimated from a sample.",
    };
    return {
      facets: answer.facets,
      sampled: answer.sampled,
      range: rangeAnswer(question.range),
      notices: answer.sampled ? [sampled] : [],
      ...cost(answer),
    };
  };
};

const contextWith = (deps: QueryServiceDeps): Ask<LogContextAnswer> => {
  return async (scope, parameters, signal) => {
    const id = parameters.id ?? "";
    if (!/^\d{1,20}$/.test(id) || BigInt(id) > 0xffff_ffff_ffff_ffffn) {
      throw new TaffrailError("invalid_parameter", { name: "id", reason: "it is no record id" });
    }
    const timeNs = readRecordTime(parameters.time ?? "");
    const bounds = { fallback: 20, min: 0, max: neighboursMax };
    const before = readInteger(parameters, "before", bounds);
    const after = readInteger(parameters, "after", bounds);
    const anyService = readFlag(parameters, "anyService");
    const answer = await deps.store.around(scope, { timeNs, seq: id }, { before, after, anyService, signal });
    return { before: answer.before, record: answer.record, after: answer.after, ...cost(answer) };
  };
};

const fieldsWith = (deps: QueryServiceDeps): Ask<LogFieldsAnswer> => {
  return async (scope, parameters, signal) => {
    const prefix = parameters.prefix ?? "";
    const limit = readInteger(parameters, "limit", { fallback: 100, min: 1, max: fieldNamesMax });
    const range = readTimeRange(parameters, deps.clock.now());
    const builtIn = knownFields.map(({ name }) => name).filter((name) => name.startsWith(prefix));
    const keys = await deps.store.fieldNames(scope, range, { prefix, limit, signal });
    const shown = keys.filter((key) => !maskedField(resolveField(key), scope.maskedFields));
    return { fields: [...new Set([...builtIn, ...shown])].slice(0, limit) };
  };
};

const explainWith = (deps: QueryServiceDeps): Ask<ExplainQueryAnswer> => {
  return async (scope, parameters) => {
    const { filter } = readFilter(parameters.query ?? "", scope);
    // Nothing is read, so a question without a range is shown with the last hour's.
    const hasRange = ["from", "to", "since"].some((name) => parameters[name] !== undefined);
    const range = readTimeRange(hasRange ? parameters : { since: "1h" }, deps.clock.now());
    return { canonical: printQuery(filter), sql: pageSql(whereOf(scope, { filter, range }), "newest", pageSizeUsual) };
  };
};

/**
 * Builds the service that stands between the API and the store.
 *
 * @example
 * const service = createQueryService({ store, journal, clock });
 * const { records } = await service.search(scope, { query: "level:>=warn", since: "15m" }, signal);
 */
export function createQueryService(deps: QueryServiceDeps): QueryService {
  return {
    search: searchWith(deps),
    count: countWith(deps),
    histogram: histogramWith(deps),
    facets: facetsWith(deps),
    context: contextWith(deps),
    fields: fieldsWith(deps),
    explain: explainWith(deps),
  };
}

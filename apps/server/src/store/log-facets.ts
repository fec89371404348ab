import { levels } from "@taffrail/contracts";
import { sqlString } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";
import type { QueryAnswer } from "../engine/engine.ts";
import { type Ask, costOf } from "./ask.ts";
import { automaticFacets, type FacetField, facetFields, type SeenKey } from "./facet-fields.ts";
import { whereOf } from "./log-conditions.ts";
import { countLogs, levelIndex } from "./log-counts.ts";
import type { Facet, LogStore, Question, TimeRange } from "./store.ts";

/** Rows whose columns, or whose maps, are looked at for one answer; beyond it a sample of that size is taken. */
const columnRowsMax = 20_000_000;
const mapRowsMax = 250_000;
const keyRowsMax = 50_000;
const seenKeysMax = 200;
/** Pairs of level and service that are counted apart. */
const groupsMax = 100_000;

/**
 * Takes every n-th run of 8192 rows as they lie on disk, so that the others need not be read. Rows are sorted by time and service: evenly spaced
 * runs meet all of them, which runs chosen at random would not.
 */
const sampleCondition = (every: number): readonly string[] =>
  every <= 1 ? [] : [`(intDiv(_part_offset, 8192) + cityHash64(_part)) % ${String(every)} = 0`];

const everyFor = (rows: number, rowsMax: number): number => Math.max(1, Math.ceil(rows / rowsMax));

const isLevel = (field: FacetField): boolean => field.name === "level" || field.name === "severity";

interface Counting {
  readonly ask: Ask;
  readonly scope: Scope;
  readonly question: Question;
  readonly limit: number;
  readonly statements: { readonly sql: string; readonly answer: QueryAnswer }[];
}

async function counted(counting: Counting, sql: string): Promise<QueryAnswer["rows"]> {
  const answer = await counting.ask(sql, counting.question.signal);
  counting.statements.push({ sql, answer });
  return answer.rows;
}

/** Counts the values of several fields in one pass over the rows; `every` scales a sample up. */
async function countValues(
  counting: Counting,
  fields: readonly FacetField[],
  every: number,
): Promise<readonly Facet[]> {
  if (fields.length === 0) return [];
  const where = whereOf(counting.scope, counting.question, sampleCondition(every));
  const pairs = fields.map((field, index) => `(${String(index)}, ${field.value})`).join(", ");
  const values =
    fields.length === 1
      ? `SELECT 0 AS field, ${fields[0]?.value ?? "''"} AS value FROM taffrail.otel_logs WHERE ${where}`
      : `SELECT arrayJoin([${pairs}]) AS pair, pair.1 AS field, pair.2 AS value FROM taffrail.otel_logs WHERE ${where}`;
  const sql = `SELECT field, value, count() AS count, count() OVER (PARTITION BY field) AS distinct FROM (${values}) WHERE value != '' GROUP BY field, value ORDER BY field, count DESC, value LIMIT ${String(counting.limit)} BY field`;
  const rows = await counted(counting, sql);
  return fields.map((field, index) => {
    const own = rows.filter((row) => Number(row.field) === index);
    const distinct = Number(own[0]?.distinct ?? 0);
    const nameOf = (value: string): string => (isLevel(field) ? (levels[Number(value)] ?? value) : value);
    const named = own.map((row) => ({ value: nameOf(String(row.value)), count: Number(row.count) * every }));
    return { field: field.name, values: named, distinct, more: distinct > named.length };
  });
}

function keysSql(where: string, conditions: string, limit: number): string {
  const place = (map: string, name: string): string =>
    `arrayMap((k, v) -> (${sqlString(name)}, toString(k), cityHash64(v)), mapKeys(${map}), mapValues(${map}))`;
  const keys = `arrayConcat(${place("LogAttributes", "attributes")}, ${place("ResourceAttributes", "resource")})`;
  return `SELECT seen.1 AS place, seen.2 AS key, count() AS records, uniq(seen.3) AS distinct FROM (SELECT arrayJoin(${keys}) AS seen FROM taffrail.otel_logs WHERE ${where})${conditions} GROUP BY place, key ORDER BY records DESC, key LIMIT ${String(limit)}`;
}

const seenKey = (row: Readonly<Record<string, unknown>>): SeenKey => ({
  key: String(row.key),
  place: row.place === "resource" ? "resource" : "attributes",
  records: Number(row.records),
  distinct: Number(row.distinct),
});

async function automaticNames(counting: Counting, rows: number): Promise<readonly string[]> {
  const where = whereOf(counting.scope, counting.question, sampleCondition(everyFor(rows, keyRowsMax)));
  const seen = await counted(counting, keysSql(where, "", seenKeysMax));
  return automaticFacets(counting.scope, seen.map(seenKey));
}

/** One facet out of rows that are grouped by more than its own value. */
function facetOf(field: string, pairs: readonly (readonly [string, number])[], limit: number): Facet {
  const counts = new Map<string, number>();
  for (const [value, count] of pairs) if (value !== "") counts.set(value, (counts.get(value) ?? 0) + count);
  const sorted = [...counts].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  const values = sorted.slice(0, limit).map(([value, count]) => ({ value, count }));
  return { field, values, distinct: counts.size, more: counts.size > values.length };
}

interface Facets {
  readonly facets: readonly Facet[];
  readonly sampled: boolean;
}

/** Level and service come with the number of records from one pass; the keys worth showing from samples of that number. */
async function automatic(counting: Counting): Promise<Facets> {
  const where = whereOf(counting.scope, counting.question);
  const sql = `SELECT ${levelIndex} AS level, ServiceName AS service, count() AS count FROM taffrail.otel_logs WHERE ${where} GROUP BY level, service ORDER BY count DESC LIMIT ${String(groupsMax)}`;
  const groups = await counted(counting, sql);
  const pairs = (valueOfRow: (row: QueryAnswer["rows"][number]) => string) =>
    groups.map((row) => [valueOfRow(row), Number(row.count)] as const);
  const total = groups.reduce((sum, row) => sum + Number(row.count), 0);
  const ready = [
    facetOf(
      "level",
      pairs((row) => levels[Number(row.level)] ?? "info"),
      counting.limit,
    ),
    facetOf(
      "service",
      pairs((row) => String(row.service)),
      counting.limit,
    ),
  ];
  const names = await automaticNames(counting, total);
  const keys = facetFields(counting.scope, names).filter((field) => !field.isColumn);
  const every = everyFor(total, mapRowsMax);
  const facets = [...ready.filter(({ field }) => names.includes(field)), ...(await countValues(counting, keys, every))];
  return { facets, sampled: keys.length > 0 && every > 1 };
}

async function chosen(counting: Counting, fields: readonly FacetField[]): Promise<Facets> {
  const where = whereOf(counting.scope, counting.question);
  const [row] = await counted(counting, `SELECT count() AS count FROM taffrail.otel_logs WHERE ${where}`);
  const total = Number(row?.count ?? 0);
  const [columnEvery, mapEvery] = [everyFor(total, columnRowsMax), everyFor(total, mapRowsMax)];
  const columns = fields.filter((field) => field.isColumn);
  const keys = fields.filter((field) => !field.isColumn);
  const answers = await Promise.all([
    ...columns.map((field) => countValues(counting, [field], columnEvery)),
    countValues(counting, keys, mapEvery),
  ]);
  const found = new Map(answers.flat().map((facet) => [facet.field, facet]));
  return {
    facets: fields.flatMap((field) => found.get(field.name) ?? []),
    sampled: (columns.length > 0 && columnEvery > 1) || (keys.length > 0 && mapEvery > 1),
  };
}

/**
 * The commonest values of some fields, or of the fields worth showing. Columns are counted whole; keys of maps in a sample when there are many rows.
 *
 * @example await logFacets(ask, scope, { filter: undefined, range, fields: ["level"], limit: 10 })
 */
export async function logFacets(
  ask: Ask,
  scope: Scope,
  question: Parameters<LogStore["facets"]>[1],
): ReturnType<LogStore["facets"]> {
  const fields = facetFields(scope, question.fields);
  const counting: Counting = { ask, scope, question, limit: question.limit, statements: [] };
  const facets = await (fields.length === 0 ? automatic(counting) : chosen(counting, fields));
  const { statements } = counting;
  const cost = costOf(
    statements.map(({ sql }) => sql).join(";\n"),
    statements.map(({ answer }) => answer),
  );
  return { ...cost, ...facets };
}

/**
 * Names of the attributes of a time range, most frequent first; from a sample when there are many records.
 *
 * @example await logFieldNames(ask, scope, range, { prefix: "http.", limit: 20 }) // ["http.route", "http.status_code"]
 */
export async function logFieldNames(
  ask: Ask,
  scope: Scope,
  range: TimeRange,
  wanted: Parameters<LogStore["fieldNames"]>[2],
): Promise<readonly string[]> {
  const { signal } = wanted;
  const question: Question = { filter: undefined, range, ...(signal === undefined ? {} : { signal }) };
  const { count } = await countLogs(ask, scope, question);
  const where = whereOf(scope, question, sampleCondition(everyFor(count, mapRowsMax)));
  const named = ` WHERE startsWith(lowerUTF8(key), lowerUTF8(${sqlString(wanted.prefix)}))`;
  const { rows } = await ask(keysSql(where, named, wanted.limit * 2), signal);
  return [...new Set(rows.map((row) => String(row.key)))].slice(0, wanted.limit);
}

import { levels } from "@taffrail/contracts";
import { sqlString } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";
import type { QueryAnswer } from "../engine/engine.ts";
import { type Ask, costOf } from "./ask.ts";
import { automaticFacets, type FacetField, facetFields, type SeenKey } from "./facet-fields.ts";
import { whereOf } from "./log-conditions.ts";
import { countLogs } from "./log-counts.ts";
import type { Facet, LogStore, Question, TimeRange } from "./store.ts";

/** Rows whose columns, or whose maps, are looked at for one answer; beyond it a sample of that size is taken. */
const columnRowsMax = 20_000_000;
const mapRowsMax = 250_000;
const keyRowsMax = 50_000;
const seenKeysMax = 200;

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
  const asked = facetFields(scope, question.fields);
  const total = await countLogs(ask, scope, question);
  const counting: Counting = { ask, scope, question, limit: question.limit, statements: [] };
  const fields = asked.length > 0 ? asked : facetFields(scope, await automaticNames(counting, total.count));
  const columnEvery = everyFor(total.count, columnRowsMax);
  const mapEvery = everyFor(total.count, mapRowsMax);
  const columns = fields.filter((field) => field.isColumn);
  const keys = fields.filter((field) => !field.isColumn);
  const answers = await Promise.all([
    ...columns.map((field) => countValues(counting, [field], columnEvery)),
    countValues(counting, keys, mapEvery),
  ]);
  const found = new Map(answers.flat().map((facet) => [facet.field, facet]));
  const { statements } = counting;
  const cost = costOf(
    statements.map(({ sql }) => sql).join(";\n"),
    statements.map(({ answer }) => answer),
  );
  return {
    ...cost,
    elapsedMs: cost.elapsedMs + total.elapsedMs,
    rowsRead: cost.rowsRead + total.rowsRead,
    bytesRead: cost.bytesRead + total.bytesRead,
    facets: fields.flatMap((field) => found.get(field.name) ?? []),
    sampled: (columns.length > 0 && columnEvery > 1) || (keys.length > 0 && mapEvery > 1),
  };
}

/**
 * Names of the attributes of a time range, most frequent first; from a sample when there are many records.
 *
 * @example await logFieldNames(ask, scope, range, "http.", 20) // ["http.route", "http.status_code"]
 */
export async function logFieldNames(
  ask: Ask,
  scope: Scope,
  range: TimeRange,
  wanted: { readonly prefix: string; readonly limit: number },
): Promise<readonly string[]> {
  const question = { filter: undefined, range };
  const { count } = await countLogs(ask, scope, question);
  const where = whereOf(scope, question, sampleCondition(everyFor(count, mapRowsMax)));
  const named = ` WHERE startsWith(lowerUTF8(key), lowerUTF8(${sqlString(wanted.prefix)}))`;
  const { rows } = await ask(keysSql(where, named, wanted.limit * 2));
  return [...new Set(rows.map((row) => String(row.key)))].slice(0, wanted.limit);
}

import { compileFilter, type Filter, sqlString } from "@taffrail/query";
import { authorizeLogs } from "../access/authorize.ts";
import type { Scope } from "../access/scope.ts";
import type { SeqRange } from "../journal/segment-store.ts";
import { seqCondition } from "./insert-statement.ts";
import type { Position, TimeRange } from "./store.ts";

/** The five minutes a record belongs to: the first thing after the tenant by which rows are sorted on disk. */
const bucket = "toStartOfFiveMinutes(Timestamp)";

/** Times before and after these cannot be stored, so a range is cut to them. Milliseconds since 1970. */
const earliestMs = 0;
const latestMs = 4_102_444_800_000;

const clamp = (milliseconds: number): number => Math.min(latestMs, Math.max(earliestMs, Math.floor(milliseconds)));

const timeNs = (nanoseconds: bigint): string => `fromUnixTimestamp64Nano(toInt64(${String(nanoseconds)}), 'UTC')`;
const timeMs = (milliseconds: number): string => timeNs(BigInt(clamp(milliseconds)) * 1_000_000n);

/** Only the scope's own tenant, if it may read logs at all: the one place where a reading statement gets either from. */
function tenantCondition(scope: Scope): string {
  authorizeLogs(scope);
  return `Tenant = ${sqlString(scope.tenant)}`;
}

function timeConditions(range: TimeRange): readonly string[] {
  const [from, to] = [timeMs(range.fromMs), timeMs(range.toMs)];
  // The bucket is bounded as well as the time: that is what the primary index prunes by.
  return [
    `${bucket} >= toStartOfFiveMinutes(${from})`,
    `${bucket} <= toStartOfFiveMinutes(${to})`,
    `Timestamp >= ${from}`,
    `Timestamp < ${to}`,
  ];
}

/**
 * The condition of a question: its tenant, its time range, its filter.
 *
 * @throws `query_field_masked` when the filter reads a masked field, `forbidden` when the scope may not read logs
 * @example whereOf(scope, { filter, range }) // "Tenant = 'default' AND …"
 */
export function whereOf(
  scope: Scope,
  question: { readonly filter: Filter | undefined; readonly range: TimeRange },
  more: readonly string[] = [],
): string {
  return [
    tenantCondition(scope),
    ...timeConditions(question.range),
    ...filterConditions(scope, question.filter),
    ...more,
  ].join(" AND ");
}

/**
 * The condition of a Seq range, for what was just stored.
 *
 * @example whereSeq(scope, undefined, { from: 1n, to: 9n })
 */
export function whereSeq(scope: Scope, filter: Filter | undefined, seqs: SeqRange): string {
  return [tenantCondition(scope), seqCondition([seqs]), ...filterConditions(scope, filter)].join(" AND ");
}

function filterConditions(scope: Scope, filter: Filter | undefined): readonly string[] {
  if (filter === undefined) return [];
  return [`(${compileFilter(filter, { maskedFields: scope.maskedFields }).where})`];
}

/** Sorting of pages; `newest` reads the sorted parts backwards and stops early. */
export type Order = "newest" | "oldest";

/**
 * The order of pages, the same in which rows are stored.
 *
 * @example orderBy("newest")
 */
export function orderBy(order: Order): string {
  const direction = order === "newest" ? "DESC" : "ASC";
  return `${bucket} ${direction}, Timestamp ${direction}, Seq ${direction}`;
}

/**
 * Only records behind this one, in the given order.
 *
 * @example behind({ timeNs: "1795339800123456789", seq: "7" }, "newest")
 */
export function behind(position: Position, order: Order): string {
  const time = timeNs(BigInt(position.timeNs));
  const seq = String(BigInt(position.seq));
  const [notBefore, past] = order === "newest" ? ["<=", "<"] : [">=", ">"];
  return `${bucket} ${notBefore} toStartOfFiveMinutes(${time}) AND Timestamp ${notBefore} ${time} AND (Timestamp ${past} ${time} OR Seq ${past} ${seq})`;
}

/** Exactly this record. */
export function exactly(position: Position): string {
  return `Timestamp = ${timeNs(BigInt(position.timeNs))} AND Seq = ${String(BigInt(position.seq))}`;
}

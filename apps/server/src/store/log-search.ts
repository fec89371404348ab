import { TaffrailError } from "@taffrail/contracts";
import { type Filter, sqlString } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";
import type { QueryAnswer } from "../engine/engine.ts";
import type { SeqRange } from "../journal/segment-store.ts";
import { type Ask, costOf } from "./ask.ts";
import { behind, exactly, type Order, orderBy, whereOf, whereSeq } from "./log-conditions.ts";
import { viewColumns, viewOf } from "./log-view.ts";
import { searchPieces } from "./search-pieces.ts";
import type { LogStore, Position, SearchAnswer, TimeRange } from "./store.ts";

const hourMs = 3_600_000;
/** How far around a record its neighbours are looked for, nearest first. Milliseconds. */
const neighbourhoods = [hourMs, 24 * hourMs, 30 * 24 * hourMs] as const;

const positionOf = (row: Row): Position => ({
  timeNs: String(row.TimeNs),
  seq: String(row.Seq),
});

/**
 * The statement that asks for records in the order of pages.
 *
 * @example pageSql(whereOf(scope, question), "newest", 100)
 */
export function pageSql(where: string, order: Order, limit: number): string {
  return `SELECT ${viewColumns} FROM taffrail.otel_logs WHERE ${where} ORDER BY ${orderBy(order)} LIMIT ${String(limit)}`;
}

const tooLarge = (error: unknown): boolean =>
  error instanceof TaffrailError && (error.code === "answer_too_large" || error.code === "query_memory");

type Row = Readonly<Record<string, unknown>>;

/** An answer of up to `limit` rows, and one more when there are more. */
interface Page {
  readonly answer: QueryAnswer;
  readonly sql: string;
  readonly limit: number;
}

/**
 * Asks for a page. Records may be a megabyte each, so a page that does not fit is asked for again with a quarter of the rows: it is shorter, and the
 * next one goes on behind it.
 */
async function askPage(
  ask: Ask,
  sqlOf: (limit: number) => string,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Page> {
  for (let rows = limit; ; rows = Math.ceil(rows / 4)) {
    const sql = sqlOf(rows + 1);
    try {
      return { answer: await ask(sql, signal), sql, limit: rows };
    } catch (error) {
      if (!tooLarge(error) || rows <= 1) throw error;
    }
  }
}

/**
 * A page of records, newest first unless asked otherwise, and where the next one starts. A long range is asked for in pieces, nearest first: each part on
 * disk costs at least one read, and the newest hundred records of a month are usually those of today.
 *
 * @example await searchLogs(ask, scope, { filter: undefined, range, limit: 100 })
 */
export async function searchLogs(
  ask: Ask,
  scope: Scope,
  question: Parameters<LogStore["search"]>[1],
): Promise<SearchAnswer> {
  const { after, filter, limit, signal, order = "newest" } = question;
  const pages: Page[] = [];
  const rows: Row[] = [];
  let more = false;
  for (const range of searchPieces(question.range, order, after)) {
    const where = whereOf(scope, { filter, range }, after === undefined ? [] : [behind(after, order)]);
    const page = await askPage(ask, (most) => pageSql(where, order, most), limit - rows.length, signal);
    pages.push(page);
    rows.push(...page.answer.rows.slice(0, page.limit));
    more = page.answer.rows.length > page.limit;
    if (more) break;
  }
  const last = more ? rows.at(-1) : undefined;
  const cost = costOf(
    pages.map(({ sql }) => sql).join(";\n"),
    pages.map(({ answer }) => answer),
  );
  return {
    ...cost,
    records: rows.map((row) => viewOf(row, scope.maskedFields)),
    next: last === undefined ? undefined : positionOf(last),
  };
}

interface Neighbours {
  readonly scope: Scope;
  readonly position: Position;
  readonly conditions: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly answers: QueryAnswer[];
}

/** The nearest records on one side, in time order. */
async function neighbours(ask: Ask, near: Neighbours, order: Order, count: number): Promise<QueryAnswer["rows"]> {
  if (count === 0) return [];
  const atMs = Number(BigInt(near.position.timeNs) / 1_000_000n);
  let found: QueryAnswer["rows"] = [];
  for (const width of neighbourhoods) {
    const range: TimeRange =
      order === "newest" ? { fromMs: atMs - width, toMs: atMs + 1 } : { fromMs: atMs, toMs: atMs + width };
    const more = [...near.conditions, behind(near.position, order)];
    const answer = await ask(
      pageSql(whereOf(near.scope, { filter: undefined, range }, more), order, count),
      near.signal,
    );
    near.answers.push(answer);
    found = answer.rows;
    if (found.length === count) break;
  }
  return order === "newest" ? found.toReversed() : found;
}

/**
 * One record with the records around it.
 *
 * @throws `record_not_found` when the scope has no such record
 * @example await logsAround(ask, scope, { timeNs, seq }, { before: 20, after: 20, anyService: false })
 */
export async function logsAround(
  ask: Ask,
  scope: Scope,
  position: Position,
  options: Parameters<LogStore["around"]>[2],
): ReturnType<LogStore["around"]> {
  const atMs = Number(BigInt(position.timeNs) / 1_000_000n);
  const range = { fromMs: atMs, toMs: atMs + 1 };
  const sql = pageSql(whereOf(scope, { filter: undefined, range }, [exactly(position)]), "newest", 1);
  const answer = await ask(sql, options.signal);
  const [record] = answer.rows;
  if (record === undefined) throw new TaffrailError("record_not_found", { id: position.seq });
  const conditions = options.anyService ? [] : [`ServiceName = ${sqlString(String(record.ServiceName))}`];
  const near: Neighbours = { scope, position, conditions, signal: options.signal, answers: [answer] };
  const before = await neighbours(ask, near, "newest", options.before);
  const after = await neighbours(ask, near, "oldest", options.after);
  const view = (row: Row): ReturnType<typeof viewOf> => viewOf(row, scope.maskedFields);
  return { ...costOf(sql, near.answers), before: before.map(view), record: view(record), after: after.map(view) };
}

/**
 * What was stored under a range of Seq and matches: the newest of it, oldest first.
 *
 * @example await logsOfRange(ask, scope, filter, { from: 100n, to: 200n }, 50)
 */
export async function logsOfRange(
  ask: Ask,
  scope: Scope,
  filter: Filter | undefined,
  seqs: SeqRange,
  limit: number,
): ReturnType<LogStore["range"]> {
  const where = whereSeq(scope, filter, seqs);
  const order = "ORDER BY Timestamp DESC, Seq DESC";
  const sqlOf = (rows: number): string =>
    `SELECT ${viewColumns} FROM taffrail.otel_logs WHERE ${where} ${order} LIMIT ${String(rows)}`;
  const page = await askPage(ask, sqlOf, limit, undefined);
  const newest = page.answer.rows.slice(0, page.limit).toReversed();
  const records = newest.map((row) => viewOf(row, scope.maskedFields));
  if (page.answer.rows.length <= page.limit) return { records, matched: records.length };
  const counted = await ask(`SELECT count() AS matched FROM taffrail.otel_logs WHERE ${where}`);
  return { records, matched: Number(counted.rows[0]?.matched) };
}

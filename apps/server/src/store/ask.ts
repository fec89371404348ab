import { createHash } from "node:crypto";
import { limits } from "@taffrail/contracts";
import type { Engine, QueryAnswer } from "../engine/engine.ts";
import type { Cost } from "./store.ts";

/** Asks the engine on behalf of somebody who waits, within the limits of a question. */
export type Ask = (sql: string, signal?: AbortSignal) => Promise<QueryAnswer>;

/** The shape of a question is its whole text but for its times and numbers: a page that refreshes asks the same thing again. */
const shapeOf = (sql: string): string =>
  createHash("sha256").update(sql.replace(/\d+/g, "0")).digest("base64url").slice(0, 22);

/**
 * Binds the engine to the limits that every question has: time, rows, and the quarantine of its shape.
 *
 * @example const ask = createAsk(engine); const { rows } = await ask("SELECT 1");
 */
export function createAsk(engine: Engine): Ask {
  return (sql, signal) =>
    engine.query(sql, {
      lane: "interactive",
      timeoutMs: limits.queryTime.value,
      rowsToReadMax: limits.queryRows.value,
      fingerprint: shapeOf(sql),
      ...(signal === undefined ? {} : { signal }),
    });
}

/**
 * What one or more answers cost together; `sql` is the statement to show.
 *
 * @example costOf(sql, [answer])
 */
export function costOf(sql: string, answers: readonly QueryAnswer[]): Cost {
  const sum = (of: (answer: QueryAnswer) => number): number => answers.reduce((total, answer) => total + of(answer), 0);
  return {
    elapsedMs: sum((answer) => answer.elapsedMs),
    rowsRead: sum((answer) => answer.rowsRead),
    bytesRead: sum((answer) => answer.bytesRead),
    sql,
  };
}

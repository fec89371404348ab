import { createHash } from "node:crypto";
import { type Clock, limits, TaffrailError } from "@taffrail/contracts";
import type { Engine, QueryAnswer } from "../engine/engine.ts";
import type { Cost } from "./store.ts";

/** Asks the engine on behalf of somebody who waits, within the limits of a question. */
export type Ask = (sql: string, signal?: AbortSignal) => Promise<QueryAnswer>;

/** The shape of a question is its whole text but for its times and numbers: a page that refreshes asks the same thing again. */
const shapeOf = (sql: string): string =>
  createHash("sha256").update(sql.replace(/\d+/g, "0")).digest("base64url").slice(0, 22);

const tookTooLong = (cause?: TaffrailError): TaffrailError =>
  new TaffrailError("query_timeout", { seconds: limits.queryTime.value / 1000 }, cause);

/**
 * Begins a question: binds the engine to its limits of time and rows, and to the quarantine of a statement's shape. All statements of one question
 * share its time, so make one for each question.
 *
 * @returns a function that rejects with the errors of `Engine.query`, and with `query_timeout` once the question's time is used up
 * @example const ask = beginQuestion(engine, systemClock); const { rows } = await ask("SELECT 1");
 */
export function beginQuestion(engine: Engine, clock: Pick<Clock, "monotonic">): Ask {
  const deadline = clock.monotonic() + limits.queryTime.value;
  return async (sql, signal) => {
    const timeoutMs = Math.ceil(deadline - clock.monotonic());
    if (timeoutMs <= 0) throw tookTooLong();
    try {
      return await engine.query(sql, {
        lane: "interactive",
        timeoutMs,
        rowsToReadMax: limits.queryRows.value,
        fingerprint: shapeOf(sql),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      // The engine knows only what was left for this statement; whoever asked knows the limit of the question.
      throw error instanceof TaffrailError && error.code === "query_timeout" ? tookTooLong(error) : error;
    }
  };
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

import { AssertionError } from "node:assert";
import { logMatchers } from "./matchers.ts";
import type { LedgerSource, LogQuery, RecordSource } from "./matchers-query.ts";

type Matcher = keyof typeof logMatchers;

/** Throws what a matcher says; the frames of this file are left out of the stack. */
function demand(
  operator: Matcher,
  result: { readonly pass: boolean; readonly message: () => string },
  stackStartFn: (...args: never) => void,
): void {
  if (!result.pass) throw new AssertionError({ message: result.message(), operator, stackStartFn });
}

/**
 * Throws unless such a record was logged. For node:test and other runners without `expect`.
 *
 * @example assertLogged(recorded, "warn", { sku: "A1" });
 */
export function assertLogged(source: RecordSource, ...query: LogQuery): void {
  demand("toHaveLogged", logMatchers.toHaveLogged(source, ...query), assertLogged);
}

/**
 * Throws unless exactly so many such records were logged.
 *
 * @example assertLoggedTimes(recorded, 2, "warn");
 */
export function assertLoggedTimes(source: RecordSource, times: number, ...query: LogQuery): void {
  demand("toHaveLoggedTimes", logMatchers.toHaveLoggedTimes(source, times, ...query), assertLoggedTimes);
}

/**
 * Throws if something of level error or fatal was logged.
 *
 * @example assertNoErrors(recorded);
 */
export function assertNoErrors(source: RecordSource): void {
  demand("toHaveNoErrors", logMatchers.toHaveNoErrors(source), assertNoErrors);
}

/**
 * Throws if a ledger, or one of its sinks', does not balance.
 *
 * @example assertBalanced(await log.close());
 */
export function assertBalanced(ledger: LedgerSource): void {
  demand("toBalance", logMatchers.toBalance(ledger), assertBalanced);
}

import {
  describeQuery,
  describeRecords,
  errorsOf,
  findLogged,
  type LedgerSource,
  type LogQuery,
  ledgerFaults,
  type RecordSource,
  recordsOf,
} from "./matchers-query.ts";

/** What a matcher of vitest or jest answers. */
interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * The matchers as `expect` has them, for declaring them: `declare module "vitest" { interface Matchers<T> extends LogMatchers<void> {} }`, or in jest
 * `declare global { namespace jest { interface Matchers<R> extends LogMatchers<R> {} } }`.
 */
export interface LogMatchers<R = unknown> {
  /** A record of this level and with these fields was logged: `toHaveLogged("warn", { sku: "A1" })`, `toHaveLogged(/low/)`, `toHaveLogged("error")`. */
  toHaveLogged(...query: LogQuery): R;
  /** Exactly so many such records were logged. */
  toHaveLoggedTimes(times: number, ...query: LogQuery): R;
  /** Nothing of level error or fatal was logged. */
  toHaveNoErrors(): R;
  /** Accepted is delivered + filtered + dropped + pending, in this ledger (or the logger's) and in those of its sinks. */
  toBalance(): R;
}

/**
 * Matchers for `expect.extend` of vitest and jest. Flush the logger before asking.
 *
 * @example
 * expect.extend(logMatchers);
 * expect(recorded).toHaveLogged("warn", { sku: "A1" });
 * expect(log).toBalance();
 */
export const logMatchers = {
  toHaveLogged(received: RecordSource, ...query: LogQuery): MatcherResult {
    const found = findLogged(received, ...query);
    return {
      pass: found.length > 0,
      message: () =>
        found.length > 0
          ? `expected not ${describeQuery(query)}; ${describeRecords(found)}`
          : `expected ${describeQuery(query)}; ${describeRecords(recordsOf(received))}`,
    };
  },
  toHaveLoggedTimes(received: RecordSource, times: number, ...query: LogQuery): MatcherResult {
    const found = findLogged(received, ...query);
    return {
      pass: found.length === times,
      message: () =>
        `expected ${found.length === times ? "any other number than" : "exactly"} ${times} times ${describeQuery(query)}, ` +
        `found ${found.length}; ${describeRecords(recordsOf(received))}`,
    };
  },
  toHaveNoErrors(received: RecordSource): MatcherResult {
    const errors = errorsOf(received);
    return {
      pass: errors.length === 0,
      message: () =>
        errors.length === 0 ? "expected errors; there are none" : `expected no errors; ${describeRecords(errors)}`,
    };
  },
  toBalance(received: LedgerSource): MatcherResult {
    const faults = ledgerFaults(received);
    return {
      pass: faults.length === 0,
      message: () =>
        faults.length === 0
          ? "expected a ledger that does not balance; it does"
          : `expected a ledger that balances; ${faults.join("; ")}`,
    };
  },
} as const;

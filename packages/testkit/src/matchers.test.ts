import { AssertionError } from "node:assert";
import { describe, expect, it } from "vitest";
import { type LogMatchers, logMatchers } from "./matchers.ts";
import { assertBalanced, assertLogged, assertLoggedTimes, assertNoErrors } from "./matchers-assert.ts";
import type { RecordedLine } from "./recorder.ts";

declare module "vitest" {
  interface Matchers<T> extends LogMatchers<void> {}
}
expect.extend(logMatchers);

const records: readonly RecordedLine[] = [
  { level: "info", msg: "order placed", orderId: 1, user: { id: 7, roles: ["a", "b"] } },
  { level: "warn", msg: "stock is low", sku: "A1", left: 2 },
  { level: "warn", msg: "stock is low", sku: "B2", left: 0 },
];
const failing: readonly RecordedLine[] = [...records, { level: "error", msg: "no card" }];
const balanced = { accepted: 3, delivered: 2, filtered: 0, dropped: { shed: 1 }, pending: 0 } as const;
const unbalanced = { ...balanced, delivered: 1 };

/** The message with which something fails. */
function failureOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it did not fail");
}

describe("matchers for expect", () => {
  it("toHaveLogged finds by level, message, pattern and fields in depth", () => {
    for (const source of [records, { records }, { records: () => records }]) {
      expect(source).toHaveLogged();
      expect(source).toHaveLogged("warn");
      expect(source).toHaveLogged("stock is low");
      expect(source).toHaveLogged("warn", /low$/g);
      expect(source).toHaveLogged("info", { user: { id: 7 } });
      expect(source).toHaveLogged({ user: { roles: ["a", /b/] }, orderId: expect.any(Number) });
      expect(source).toHaveLogged({ left: (left: unknown) => Number(left) < 1 });
    }
    expect(records).not.toHaveLogged("error");
    expect(records).not.toHaveLogged("info", { sku: "A1" });
    expect(records).not.toHaveLogged({ user: { roles: ["a"] } });
    expect(records).not.toHaveLogged({ user: 7 });
    expect(records).not.toHaveLogged({ sku: { length: 2 } });
    expect([]).not.toHaveLogged();
  });

  it("toHaveLogged says what was wanted and what there was", () => {
    const message = failureOf(() => expect(records).toHaveLogged("error", { sku: /^A/ }));
    expect(message).toContain('expected a record of level error with {"sku":"/^A/"}; logged:');
    expect(message).toContain('{"level":"warn","msg":"stock is low","sku":"A1","left":2}');
    expect(failureOf(() => expect([]).toHaveLogged(/x/))).toBe(
      "expected a record whose message matches /x/; nothing was logged",
    );
    expect(failureOf(() => expect(records).not.toHaveLogged("info"))).toContain("expected not a record of level info");
    const many = Array.from({ length: 30 }, (_, index) => ({ level: "info", index }));
    const long = failureOf(() => expect(many).toHaveLogged("x"));
    expect(long).toContain("the last 10 of 30");
    expect(long).not.toContain('"index":19}');
  });

  it("toHaveLoggedTimes counts", () => {
    expect(records).toHaveLoggedTimes(2, "warn");
    expect(records).toHaveLoggedTimes(1, "warn", { sku: "A1" });
    expect(records).toHaveLoggedTimes(0, "fatal");
    expect(records).not.toHaveLoggedTimes(1, "warn");
    expect(failureOf(() => expect(records).toHaveLoggedTimes(1, "warn"))).toContain(
      "expected exactly 1 times a record of level warn, found 2",
    );
  });

  it("toHaveNoErrors names the errors", () => {
    expect(records).toHaveNoErrors();
    expect(failing).not.toHaveNoErrors();
    expect(failureOf(() => expect(failing).toHaveNoErrors())).toBe(
      'expected no errors; logged:\n  {"level":"error","msg":"no card"}',
    );
  });

  it("toBalance judges a ledger, a logger, and the ledgers of the sinks", () => {
    expect(balanced).toBalance();
    expect({ ledger: () => balanced }).toBalance();
    expect({ ...balanced, sinks: { http: balanced } }).toBalance();
    expect(unbalanced).not.toBalance();
    expect(failureOf(() => expect({ ...balanced, sinks: { http: unbalanced } }).toBalance())).toContain(
      "expected a ledger that balances; http: accepted 3 ≠ 1 delivered",
    );
  });
});

describe("assertions for node:test", () => {
  it("pass where the matchers pass", () => {
    assertLogged(records, "warn", { sku: "A1" });
    assertLoggedTimes(records, 2, "warn");
    assertNoErrors(records);
    assertBalanced(balanced);
  });

  it.each<[string, () => void]>([
    ["toHaveLogged", () => assertLogged(records, "fatal")],
    ["toHaveLoggedTimes", () => assertLoggedTimes(records, 1, "warn")],
    ["toHaveNoErrors", () => assertNoErrors(failing)],
    ["toBalance", () => assertBalanced(unbalanced)],
  ])("throw an AssertionError where they do not: %s", (operator, call) => {
    expect(call).toThrow(AssertionError);
    expect(call).toThrow(expect.objectContaining({ operator, message: expect.stringContaining("expected ") }));
  });
});

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { describe, it } from "node:test";
import type { TestRunner } from "./test-suite.ts";

/**
 * The runner of Node itself, for suites in a package without vitest or jest: `node --test`.
 *
 * @example testFilter("noHealthChecks", make, { runner: nodeTestRunner() });
 */
export function nodeTestRunner(): TestRunner {
  const run = (name: string, body: () => Promise<void> | void): void => void it(name, async () => body());
  const skip = (name: string): void => void it.skip(name);
  return {
    describe: (name, body) => void describe(name, body),
    it: Object.assign(run, { skip }),
    expect: (value, message) => ({
      toBe: (expected) => strictEqual(value, expected, message),
      toEqual: (expected) => deepStrictEqual(value, expected, message),
      toContain: (expected) =>
        ok(Array.isArray(value) && value.includes(expected), message ?? `${expected} is missing`),
    }),
  };
}

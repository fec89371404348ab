import { expect } from "vitest";
import type { TestRunner } from "../test-suite.ts";

/** What came of a suite: names of all its tests, of those that failed, and of those that were skipped. */
export interface SuiteOutcome {
  readonly all: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** Runs a suite with a runner of its own, or only the tests named. */
export async function outcomeOf(run: (runner: TestRunner) => void, only?: string): Promise<SuiteOutcome> {
  const cases: [string, () => Promise<void> | void][] = [];
  const skipped: string[] = [];
  run({
    describe: (_, body) => body(),
    it: Object.assign((name: string, body: () => Promise<void> | void) => void cases.push([name, body]), {
      skip: (name: string) => void skipped.push(name),
    }),
    expect,
  });
  const failed: string[] = [];
  for (const [name, body] of cases) {
    if (only !== undefined && name !== only) continue;
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return { all: cases.map(([name]) => name), failed, skipped };
}

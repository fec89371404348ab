// @ts-check
import { appendFileSync } from "node:fs";

/** A vitest reporter that hands the counts of a run to tools/test.mjs, and names what was skipped. */
export default class CiReporter {
  /** @param {readonly import("vitest/node").TestModule[]} modules @param {readonly unknown[]} unhandledErrors */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    /** @type {string[]} */
    const skipped = [];
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") counts.passed += 1;
        else if (state === "failed") counts.failed += 1;
        else {
          counts.skipped += 1;
          skipped.push(test.fullName);
        }
      }
    }
    const target = process.env.TAFFRAIL_TEST_COUNTS;
    if (target) appendFileSync(target, `${JSON.stringify({ ...counts, skippedNames: skipped })}\n`);
  }
}

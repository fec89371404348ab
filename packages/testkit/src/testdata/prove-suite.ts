import type { Plugin } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import type { lifecycleObligations } from "../test-lifecycle.ts";
import type { TestRunner } from "../test-suite.ts";
import { outcomeOf } from "./failures-of.ts";

/** A suite and plugins to try it on: one that keeps the contract, and for each obligation one that breaks it. */
export interface SuiteProof<Made, Obligation extends string> {
  readonly name: string;
  readonly run: (make: () => Made, runner: TestRunner, deviations: object) => void;
  readonly good: () => Made;
  readonly broken: Readonly<Record<Obligation, () => Made>>;
}

/** Shows that a suite passes a good plugin and catches a bad one at each of its obligations. */
export function proveSuite<Made, Obligation extends string>({
  name,
  run,
  good,
  broken,
}: SuiteProof<Made, Obligation>): void {
  const obligations = Object.keys(broken) as Obligation[];
  describe(name, () => {
    it("passes a plugin that keeps the contract", async () => {
      const { all, failed } = await outcomeOf((runner) => run(good, runner, {}));
      expect(failed).toEqual([]);
      expect([...all].sort()).toEqual([...obligations].sort());
    });

    it.each(obligations)("catches a plugin that breaks: %s", async (obligation) => {
      const { failed } = await outcomeOf((runner) => run(broken[obligation], runner, {}), obligation);
      expect(failed).toEqual([obligation]);
    });

    it("shows a declared deviation with its reason, and does not run it", async () => {
      const { all, skipped } = await outcomeOf((runner) => run(good, runner, { "closes twice": "closes once" }));
      expect(all).not.toContain("closes twice");
      expect(skipped).toEqual(["closes twice (declared deviation: closes once)"]);
    });
  });
}

/** For each obligation of a plugin's life, the members that break it. */
export const brokenLifecycle = {
  "starts, flushes and closes": { flush: () => Promise.reject(new Error("no")) },
  "closes twice": closingOnce(),
  "closes without having started": closingAfterStart(),
  "reports its health": { health: () => ({ status: "fine" }) as never },
  "does not keep the process alive": {
    start: () => {
      const timer = setTimeout(() => {}, 50_000);
      queueMicrotask(() => clearTimeout(timer));
    },
  },
} as const satisfies Readonly<Record<keyof typeof lifecycleObligations, Partial<Omit<Plugin, "manifest">>>>;

function closingOnce(): Partial<Omit<Plugin, "manifest">> {
  let closed = 0;
  return {
    close: async () => {
      closed += 1;
      if (closed === 2) throw new Error("closed before");
    },
  };
}

function closingAfterStart(): Partial<Omit<Plugin, "manifest">> {
  let started = false;
  return {
    start: () => {
      started = true;
    },
    close: async () => {
      if (!started) throw new Error("not started");
    },
  };
}

import { recorder } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { createLogger } from "../logger.ts";
import { flushAfter } from "./flush-after.ts";

describe("flushAfter", () => {
  it("has everything out before the answer, and passes arguments and answer on", async () => {
    const recorded = recorder();
    const log = createLogger({ preset: "serverless", signals: [], sinks: [recorded] });
    const handler = flushAfter(log, async (a: number, b: number) => {
      log.info("working");
      return a + b;
    });
    expect(await handler(1, 2)).toBe(3);
    expect(recorded.records.length).toBe(1);
    await log.close();
  });

  it("flushes before an error too, and passes it on", async () => {
    const recorded = recorder();
    const log = createLogger({ signals: [], sinks: [recorded] });
    const handler = flushAfter(log, () => {
      log.info("working");
      throw new TypeError("broken");
    });
    await expect(handler()).rejects.toThrow("broken");
    expect(recorded.records.length).toBe(1);
    await log.close();
  });

  it("timeoutMs: bounds the wait for a sink that hangs", async () => {
    const log = createLogger({
      signals: [],
      onProblem: () => {},
      sinks: [{ ...recorder(), write: () => new Promise(() => {}) }],
    });
    log.info("stuck");
    expect(await flushAfter(log, () => "answer", { timeoutMs: 20 })()).toBe("answer");
    expect(log.ledger().pending).toBe(1);
    await log.close({ deadlineMs: 10 });
  });
});

import { createRandom, manualClock } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { defaultRetry, retryDelay } from "./backoff.ts";
import { createReporter } from "./reporter.ts";

describe("createReporter", () => {
  it("tells the first problem at once and later ones together, every 30 s", () => {
    const clock = manualClock();
    const told: string[] = [];
    const reporter = createReporter(clock, (text) => told.push(text));
    for (let index = 0; index < 1000; index++) reporter.dropped("http", "buffer-full", 2);
    reporter.failed("http", "connection refused");
    expect(told).toEqual(["2 dropped (buffer-full) at http"]);
    clock.advance(30_000);
    reporter.dropped("file", "too-large", 1);
    expect(told.slice(1)).toEqual([
      "1998 dropped (buffer-full) at http; 1 dropped (too-large) at file; sink http failed: connection refused",
    ]);
    reporter.dropped("http", "closed", 1);
    reporter.end();
    reporter.end();
    expect(told.slice(2)).toEqual(["1 dropped (closed) at http"]);
  });

  it("survives a handler that throws", () => {
    const reporter = createReporter(manualClock(), () => {
      throw new Error("no");
    });
    expect(() => reporter.dropped("http", "closed", 1)).not.toThrow();
  });
});

describe("retryDelay", () => {
  it("doubles up to its bound, with jitter in the upper half, and honours the sink's wish", () => {
    const random = createRandom(7);
    for (let attempt = 1; attempt < 100; attempt++) {
      const ceiling = Math.min(defaultRetry.maxDelayMs, 100 * 2 ** (attempt - 1));
      const delay = retryDelay(defaultRetry, attempt, undefined, random.next);
      expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
      expect(delay).toBeLessThanOrEqual(ceiling);
    }
    expect(retryDelay(defaultRetry, 1, 5000, random.next)).toBe(5000);
    expect(retryDelay(defaultRetry, 1, 1e12, random.next)).toBe(defaultRetry.retryForMs);
    const endless = { ...defaultRetry, retryForMs: Number.POSITIVE_INFINITY };
    expect(retryDelay(endless, 1, 1e12, random.next)).toBe(3_600_000);
  });
});

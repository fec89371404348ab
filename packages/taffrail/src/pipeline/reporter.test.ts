import { createRandom, manualClock } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { defaultRetry, retryDelay } from "./backoff.ts";
import { createReporter } from "./reporter.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("createReporter", () => {
  it("tells the first problems in the next turn and later ones together, every 30 s", async () => {
    const clock = manualClock();
    const told: string[] = [];
    const reporter = createReporter(clock, (text) => told.push(text));
    for (let index = 0; index < 1000; index++) reporter.dropped("http", "buffer-full", 2);
    expect(told).toEqual([]);
    await nextTurn();
    expect(told).toEqual(["2000 dropped (buffer-full) at http"]);
    reporter.dropped("http", "buffer-full", 7);
    reporter.failed("http", "connection refused");
    await nextTurn();
    expect(told.length).toBe(1);
    clock.advance(30_000);
    reporter.dropped("file", "too-large", 1);
    await nextTurn();
    expect(told.slice(1)).toEqual([
      "7 dropped (buffer-full) at http; 1 dropped (too-large) at file; sink http failed: connection refused",
    ]);
    reporter.dropped("http", "closed", 1);
    reporter.end();
    reporter.end();
    await nextTurn();
    expect(told.slice(2)).toEqual(["1 dropped (closed) at http"]);
  });

  it("survives a handler that throws, and reasons that are no text", async () => {
    const told: string[] = [];
    const reporter = createReporter(manualClock(), (text) => {
      told.push(text);
      throw new Error("no");
    });
    reporter.failed("http", Object.create(null) as string);
    expect(() => reporter.end()).not.toThrow();
    expect(told).toEqual(["sink http failed: an error that cannot be read"]);
  });

  it("tells one bounded line that commands no terminal", () => {
    const told: string[] = [];
    const reporter = createReporter(manualClock(), (text) => told.push(text));
    reporter.failed("http", `\u001b]0;title\u0007\u001b[2Jevil\nline\ttwo\u202e${"x".repeat(10_000)}`);
    for (let index = 0; index < 100; index++) reporter.failed(`sink ${index}`, "y".repeat(1000));
    reporter.end();
    expect(told[0]).toContain("failed: \\x1b]0;title\\x07\\x1b[2Jevil\\x0aline\\x09two\\u202exx");
    expect(told[0]?.length).toBe(4096);
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

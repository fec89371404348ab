import { describe, expect, it } from "vitest";
import { TraceCache } from "./trace-cache.ts";

const frames = (line: number): string => `\n    at place (file:///srv/app/order.js:${line}:7)`.repeat(8);

describe("TraceCache", () => {
  it("gives what was remembered for the same frames, and nothing for others", () => {
    const cache = new TraceCache();
    cache.set(frames(100), "first");
    expect(cache.get(`TypeError: no${frames(100)}`.slice("TypeError: no".length))).toBe("first");
    for (let line = 101; line < 400; line++) expect(cache.get(frames(line))).toBeUndefined();
    expect(cache.get("")).toBeUndefined();
  });

  it("never mixes frames up that share a place", () => {
    const cache = new TraceCache();
    for (let line = 100; line < 400; line++) {
      cache.set(frames(line), `${line}`);
      expect(cache.get(frames(line))).toBe(`${line}`);
      expect([undefined, "100"]).toContain(cache.get(frames(100)));
    }
  });

  it("does not remember what is very long", () => {
    const cache = new TraceCache();
    cache.set("\n    at x".repeat(1000), "long");
    expect(cache.get("\n    at x".repeat(1000))).toBeUndefined();
  });
});

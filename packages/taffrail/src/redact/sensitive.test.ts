import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createLogger, memorySink, sensitive } from "../index.ts";

describe("sensitive", () => {
  const secret = sensitive("hunter2");

  it("shows itself nowhere, and gives its value when asked", () => {
    expect(`${secret}`).toBe("[redacted]");
    expect(`a${String(secret)}`).toBe("a[redacted]");
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
    expect(inspect({ secret })).toBe("{ secret: [redacted] }");
    expect(Object.keys(secret)).toEqual([]);
    expect(secret.reveal()).toBe("hunter2");
  });

  it("is covered in logs, without any rule", async () => {
    const memory = memorySink();
    const log = createLogger({ sinks: [memory], redact: false, signals: [] });
    const fields = Object.freeze({ note: secret, list: Object.freeze([secret]), map: new Map([["a", secret]]) });
    log.info("x", fields);
    await log.close();
    expect(memory.lines()[0]).not.toContain("hunter2");
    expect(memory.records()[0]).toMatchObject({ note: "[redacted]", list: ["[redacted]"], map: { a: "[redacted]" } });
  });
});

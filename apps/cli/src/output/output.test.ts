import { PassThrough } from "node:stream";
import type { LogView } from "@taffrail/client";
import { TaffrailError } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { createOutput } from "./output.ts";
import { createPaint, wantsColour } from "./paint.ts";
import { printable } from "./printable.ts";
import { asTaffrailError, problemText } from "./problem.ts";
import { formatRecord, recordText } from "./record-text.ts";

const paint = createPaint(false);
const record: LogView = {
  id: "7",
  time: "2026-11-22T09:00:00.123456789Z",
  observedTime: "2026-11-22T09:00:00.200000000Z",
  level: "warn",
  severityNumber: 13,
  severityText: "WARN",
  service: "checkout",
  body: "slow answer",
  eventName: "",
  traceId: "",
  spanId: "",
  traceFlags: 0,
  scopeName: "",
  scopeVersion: "",
  scopeAttributes: {},
  resource: { "host.name": "a1" },
  attributes: { took: 250, path: "/a b", "user.id": "x" },
  source: "lines",
};

describe("recordText", () => {
  it("is one line: time, level, service, body, attributes", () => {
    expect(recordText(record, paint)).toBe(
      '2026-11-22T09:00:00.123Z WARN  checkout slow answer took=250 path="/a b" user.id=x',
    );
  });

  it("lets no record move the cursor, set the title or fake another line", () => {
    const evil = { ...record, body: "a\u001b]0;owned\u0007\r\n2026-11-22 FATAL fake", service: "s\u009b2J" };
    const text = recordText({ ...evil, attributes: { "k\u001b[1m": "v\u202ev" } }, paint);
    expect(text).toContain("a\\u001b]0;owned\\u0007\\u000d\n    2026-11-22 FATAL fake");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("cuts long values", () => {
    expect(recordText({ ...record, attributes: { k: "x".repeat(900) } }, paint)).toMatch(/ k=x{199}…$/);
  });
});

describe("formatRecord", () => {
  it("gives the whole record as a JSON line, or the wanted fields in the wanted order", () => {
    expect(JSON.parse(formatRecord(record, { json: true, paint }))).toEqual(record);
    const fields = ["user.id", "time", "resource.host.name", "host.name", "gone"];
    expect(formatRecord(record, { json: true, fields, paint })).toBe(
      '{"user.id":"x","time":"2026-11-22T09:00:00.123456789Z","resource.host.name":"a1","host.name":"a1","gone":null}\n',
    );
    expect(formatRecord({ ...record, body: "a\tb\nc" }, { json: false, fields: ["took", "body", "gone"], paint })).toBe(
      "250\ta b c\t-\n",
    );
  });
});

describe("problemText", () => {
  const fault = new TaffrailError("query_syntax", { column: 7, reason: "a value is missing", hint: "Write one." });

  it("points at the column of the query", () => {
    expect(problemText(fault, { json: false, paint, query: "level:" })).toBe(
      [
        "error query_syntax: The query is not understood at column 7: a value is missing.",
        "  level:",
        "        ^",
        "  Write one.",
        "",
      ].join("\n"),
    );
  });

  it("counts characters, not code units, under the caret", () => {
    const lines = problemText(new TaffrailError("query_syntax", { column: 4, reason: "", hint: "" }), {
      json: false,
      paint,
      query: "a😀(",
    }).split("\n");
    expect(lines.slice(1, 3)).toEqual(["  a😀(", "    ^"]);
  });

  it("is one JSON line with --json", () => {
    expect(JSON.parse(problemText(fault, { json: true, paint }))).toEqual({ error: fault.toJSON() });
  });

  it("brings anything thrown into the catalogue", () => {
    expect(asTaffrailError(new Error("boom"))).toMatchObject({ code: "tool_failed" });
    expect(asTaffrailError("text").message).toContain("text");
  });
});

describe("colours", () => {
  it("appear on a capable terminal without NO_COLOR only", () => {
    expect(wantsColour({ isTerminal: true, env: {} })).toBe(true);
    expect(wantsColour({ isTerminal: true, env: { NO_COLOR: "" } })).toBe(true);
    expect(wantsColour({ isTerminal: true, env: { NO_COLOR: "0" } })).toBe(false);
    expect(wantsColour({ isTerminal: true, env: { TERM: "dumb" } })).toBe(false);
    expect(wantsColour({ isTerminal: false, env: {} })).toBe(false);
  });

  it("paint levels", () => expect(createPaint(true).level("error", "x")).toBe("\u001b[31mx\u001b[39m"));
});

describe("printable", () => {
  it("keeps text of all scripts, tabs and lines", () => expect(printable("ä\t中\n😀")).toBe("ä\t中\n😀"));
});

describe("createOutput", () => {
  it("waits for a slow reader", async () => {
    const stream = new PassThrough({ highWaterMark: 4 });
    let done = false;
    const written = createOutput(stream)
      .write("12345678")
      .then(() => {
        done = true;
      });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    stream.read();
    await written;
  });

  it("ends quietly when the reader is gone, and fails on anything else", async () => {
    const stream = new PassThrough();
    const output = createOutput(stream);
    stream.emit("error", Object.assign(new Error("gone"), { code: "EPIPE" }));
    expect(output.closed.aborted).toBe(true);
    await output.write("nobody reads this");
    const full = new PassThrough();
    const failing = createOutput(full);
    full.emit("error", Object.assign(new Error("no space"), { code: "ENOSPC" }));
    await expect(failing.write("x")).rejects.toThrow("no space");
  });
});

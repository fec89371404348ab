import { describe, expect, it } from "vitest";
import type { Typed } from "../command.ts";
import { serverUrl } from "../typed.ts";
import { planDoctor } from "./doctor.ts";
import { planSearch } from "./search.ts";
import { planShip } from "./ship.ts";
import { bytesText, uptimeText } from "./status.ts";
import { planTail } from "./tail.ts";

const typed = (operands: readonly string[], options: Typed["options"] = {}): Typed => ({ operands, options });

describe("planSearch", () => {
  it("looks at the last hour, newest first, a hundred records", () => {
    expect(planSearch(typed([]))).toEqual({
      query: "",
      range: { since: "1h" },
      order: "newest",
      limit: 100,
      fields: undefined,
    });
  });

  it("takes ranges, orders, limits and fields", () => {
    const plan = planSearch(
      typed(["a"], { from: "2026-11-22T08:00:00Z", order: "oldest", limit: "0", fields: "a, b,," }),
    );
    expect(plan).toEqual({
      query: "a",
      range: { from: "2026-11-22T08:00:00Z", to: "" },
      order: "oldest",
      limit: Number.POSITIVE_INFINITY,
      fields: ["a", "b"],
    });
  });

  const wrong: readonly (readonly [Typed, string])[] = [
    [typed(["a", "b"]), "one query"],
    [typed([], { since: "1h", from: "x" }), "--since cannot"],
    [typed([], { to: "x" }), "--to needs --from"],
    [typed([], { limit: "-1" }), "--limit -1"],
    [typed([], { limit: "1e3" }), "--limit 1e3"],
    [typed([], { limit: "5", all: true }), "--all cannot"],
    [typed([], { fields: " , " }), "--fields names nothing"],
  ];
  for (const [input, message] of wrong)
    it(`refuses: ${message}`, () => expect(() => planSearch(input)).toThrow(message));
});

describe("planTail", () => {
  it("takes a query and a duration", () => {
    expect(planTail(typed(["x"], { for: "10s" }))).toEqual({ query: "x", forMs: 10_000, fields: undefined });
    expect(() => planTail(typed([], { for: "soon" }))).toThrow("--for soon is not a duration");
    expect(() => planTail(typed(["a", "b"]))).toThrow("one query");
  });
});

describe("planShip", () => {
  it("follows files for ever, and reads standard input to its end", () => {
    expect(planShip(typed(["a.log"]))).toMatchObject({ patterns: ["a.log"], follow: true, join: true });
    expect(planShip(typed(["a.log"])).patienceMs).toBe(Number.POSITIVE_INFINITY);
    expect(planShip(typed(["-"]))).toMatchObject({ patterns: [], follow: false });
    expect(planShip(typed(["a.log"], { once: true, wait: "5s" }))).toMatchObject({ follow: false, patienceMs: 5_000 });
  });

  it("knows formats and when to compress", () => {
    expect(planShip(typed(["a"], { format: "auto", gzip: "auto" }))).toMatchObject({
      format: "auto",
      gzip: undefined,
    });
    expect(planShip(typed(["a"], { format: "logfmt", gzip: "on", join: false }))).toMatchObject({
      format: "logfmt",
      gzip: true,
      join: false,
    });
  });

  it("refuses contradictions", () => {
    expect(() => planShip(typed(["-", "a"]))).toThrow("stands alone");
    expect(() => planShip(typed([""]))).toThrow("empty");
    expect(() => planShip(typed(["a"], { fromStart: true, fromEnd: true }))).toThrow("--from-start cannot");
  });
});

describe("planDoctor", () => {
  it("takes no operands", () => {
    expect(planDoctor(typed([], { deep: true, data: "d" }))).toEqual({ deep: true, dataDir: "d" });
    expect(() => planDoctor(typed(["x"]))).toThrow("no arguments");
  });
});

describe("values", () => {
  it("checks server URLs", () => {
    expect(serverUrl("http://127.0.0.1:4318/")).toBe("http://127.0.0.1:4318");
    expect(serverUrl("https://logs.example/taffrail//")).toBe("https://logs.example/taffrail");
    for (const text of ["", "localhost:4318", "ftp://x", "http://"]) expect(() => serverUrl(text)).toThrow("--server");
    expect(() => serverUrl("http://u:p@h")).toThrow("password");
  });

  it("writes sizes and times for people", () => {
    expect([0, 1023, 1024, 1536 * 1024, 5 * 1024 ** 4].map(bytesText)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "1.5 MiB",
      "5.0 TiB",
    ]);
    expect([0, 59, 3_600, 90_061].map(uptimeText)).toEqual(["0 s", "59 s", "1 h 0 min", "1 d 1 h"]);
  });
});

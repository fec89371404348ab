import { TaffrailError } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { fakeRecord } from "../testdata/fake-record.ts";
import { isPassing, problemOf } from "./problem.ts";
import { compareNewestFirst, mergeNewestFirst } from "./record-order.ts";
import { initialTail, reduceTail, type TailAction, type TailState, tailRate, tailSampling } from "./tail-state.ts";

const at = (second: number, id: number) =>
  fakeRecord({ id: String(id), time: `2026-11-22T09:00:${String(second).padStart(2, "0")}.000000000Z` });
const now = Date.UTC(2026, 10, 22, 9, 1);
const arrive = (...records: ReturnType<typeof at>[]): TailAction => ({
  type: "records",
  records,
  matched: records.length,
  now,
});
const play = (...actions: readonly TailAction[]): TailState => actions.reduce(reduceTail, initialTail);
const ids = (records: readonly { readonly id: string }[]): string => records.map((record) => record.id).join(" ");

describe("order of records", () => {
  it("is by time, then by id as a number", () => {
    expect(compareNewestFirst(at(2, 1), at(1, 2))).toBeLessThan(0);
    expect(compareNewestFirst(at(1, 10), at(1, 9))).toBeLessThan(0);
    expect(compareNewestFirst(at(1, 9), at(1, 9))).toBe(0);
  });

  it("merges two lists, each record once, late ones in their place", () => {
    const merged = mergeNewestFirst([at(3, 3), at(1, 1), at(9, 9)], [at(5, 5), at(3, 3), at(2, 2)]);
    expect(ids(merged)).toBe("9 5 3 2 1");
    const settled = [at(1, 1)];
    expect(mergeNewestFirst([], settled)).toBe(settled);
  });
});

describe("live tail", () => {
  it("shows records newest first", () => {
    const state = play({ type: "hello" }, arrive(at(1, 1), at(2, 2)), arrive(at(3, 3)));
    expect(ids(state.shown)).toBe("3 2 1");
    expect(state).toMatchObject({ connection: "open", opened: 1, heldCount: 0 });
  });

  it("stands still while paused, counts what waits, and shows it on resume", () => {
    const paused = play(arrive(at(1, 1)), { type: "pause", reason: "scroll" }, arrive(at(2, 2)), arrive(at(3, 3)));
    expect(ids(paused.shown)).toBe("1");
    expect(paused).toMatchObject({ heldCount: 2, pausedBy: "scroll" });
    const resumed = reduceTail(paused, { type: "resume" });
    expect(ids(resumed.shown)).toBe("3 2 1");
    expect(resumed).toMatchObject({ heldCount: 0, pausedBy: undefined });
  });

  it("keeps the first reason of a pause", () => {
    const state = play({ type: "pause", reason: "record" }, { type: "pause", reason: "scroll" });
    expect(state.pausedBy).toBe("record");
  });

  it("is bounded, shown and held alike", () => {
    const many = Array.from({ length: 2500 }, (_, index) => at(index % 60, index));
    expect(play(arrive(...many)).shown).toHaveLength(2000);
    const held = play({ type: "pause", reason: "button" }, arrive(...many));
    expect(held.held).toHaveLength(2000);
    expect(held.heldCount).toBe(2500);
  });

  it("tells rate, sampling and lag", () => {
    const state = play(
      { type: "records", records: [at(1, 1)], matched: 3, now },
      { type: "records", records: [at(58, 2)], matched: 7, now },
    );
    expect(tailRate(state)).toBe(1);
    expect(tailSampling(state)).toBe(5);
    expect(state.lagMs).toBe(2000);
    const later = reduceTail(state, { type: "tick", now: now + 20_000 });
    expect(tailRate(later)).toBe(0);
    expect(tailSampling(later)).toBe(1);
  });

  it("remembers why a connection was lost until it is back", () => {
    const problem = problemOf(new TaffrailError("engine_unavailable", { reason: "it stopped" }));
    const lost = play({ type: "hello" }, { type: "lost", problem });
    expect(lost).toMatchObject({ connection: "lost", problem });
    expect(reduceTail(lost, { type: "hello" })).not.toHaveProperty("problem");
    expect(reduceTail(lost, { type: "restart" })).toEqual(initialTail);
  });
});

describe("problems", () => {
  it.each([
    ["query_syntax", "query", false],
    ["query_timeout", "other", false],
    ["engine_unavailable", "restarting", true],
    ["server_unreachable", "unreachable", true],
    ["internal", "other", false],
  ] as const)("%s is of kind %s", (code, kind, passing) => {
    const problem = problemOf(
      new TaffrailError(code, { column: 7, reason: "r", hint: "h", url: "u", seconds: 1, id: "i" }),
    );
    expect(problem.kind).toBe(kind);
    expect(isPassing(problem)).toBe(passing);
  });

  it("carry the place in the query", () => {
    const error = new TaffrailError("query_syntax", { column: 7, reason: "a bracket is open", hint: "Close it." });
    expect(problemOf(error)).toMatchObject({ column: 7, remedy: "Close it." });
    expect(problemOf(new Error("boom"))).toMatchObject({ kind: "other", message: "boom" });
  });
});

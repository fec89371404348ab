import type { Enricher, RecordView } from "@taffrail/contracts";
import { awkwardRecords, recordView } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { filterOf, makeHost, manifestOf } from "./testdata/make-host.ts";

function enricherOf(enrich: (record: RecordView) => unknown, more: Partial<Enricher["manifest"]> = {}): Enricher {
  return { manifest: manifestOf("enricher", more), enrich: enrich as NonNullable<Enricher["enrich"]> };
}

const record = recordView();
const boom = (): never => {
  throw new Error("boom");
};

describe("enrich", () => {
  it("gives the fields of each enricher, the earlier one first, and forgets those of the record before", () => {
    const { host } = makeHost([
      enricherOf(({ message }) => (message === "both" ? { a: 1 } : undefined)),
      enricherOf(() => ({ b: 2 })),
    ]);
    expect(host.caller.enrich(recordView({ message: "both" }))).toEqual([{ a: 1 }, { b: 2 }]);
    expect(host.caller.enrich(record)).toEqual([{ b: 2 }]);
  });

  it("gives frozen fields as the very object that the enricher gave", () => {
    const fields = Object.freeze({ region: "eu" });
    const { host } = makeHost([enricherOf(() => fields)]);
    expect(host.caller.enrich(record)[0]).toBe(fields);
    expect(host.caller.enrich(record)[0]).toBe(fields);
  });

  it("tells constants apart, and is not active for constants alone", () => {
    const constants = { host: "web-1" };
    const { host } = makeHost([{ manifest: manifestOf("enricher"), constants } as Enricher]);
    expect(host.caller.constants).toEqual([constants]);
    expect(host.caller.active).toBe(false);
  });

  it("takes records that are frozen to the ground", () => {
    const { host } = makeHost([enricherOf(({ fields }) => ({ has: fields !== undefined })), filterOf(() => true)]);
    for (const each of awkwardRecords()) {
      expect(host.caller.enrich(each)).toHaveLength(1);
      expect(host.caller.admit(each)).toBe("keep");
    }
  });

  it.each([
    ["throws", "throw", boom],
    ["gives a promise", "invalid", () => Promise.reject(new Error("late"))],
    ["gives a list", "invalid", () => [1]],
    ["gives a text", "invalid", () => "x"],
    ["gives null", "invalid", () => null],
  ])("goes on without an enricher that %s, or drops the record if it fails closed", async (_, kind, enrich) => {
    const open = makeHost([enricherOf(enrich), enricherOf(() => ({ b: 2 }))]);
    expect(open.host.caller.enrich(record)).toEqual([{ b: 2 }]);
    expect(open.host.caller.admit(record)).toBe("keep");
    expect(open.host.stats()[0]).toMatchObject({ calls: 1, errors: { [kind]: 1 }, filtered: 0 });
    const closed = makeHost([enricherOf(enrich, { failMode: "closed" })]);
    expect(closed.host.caller.enrich(record)).toEqual([]);
    expect(closed.host.caller.admit(record)).toBe("plugin-failed");
    expect(closed.host.stats()[0]).toMatchObject({ errors: { [kind]: 1 }, filtered: 1 });
    // A rejection that nobody handles would end the process here.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it("forgets the failure of a record with the next one", () => {
    let fails = true;
    const plugin = enricherOf(() => (fails ? boom() : undefined), { failMode: "closed" });
    const { host } = makeHost([plugin]);
    host.caller.enrich(record);
    expect(host.caller.admit(record)).toBe("plugin-failed");
    fails = false;
    host.caller.enrich(record);
    expect(host.caller.admit(record)).toBe("keep");
  });
});

describe("admit", () => {
  it("asks filters in order until one says no", () => {
    const asked: number[] = [];
    const filter = (id: number, keep: boolean) => filterOf(() => asked.push(id) > 0 && keep);
    const { host } = makeHost([filter(1, true), filter(2, false), filter(3, true)]);
    expect(host.caller.admit(record)).toBe("filtered");
    expect(asked).toEqual([1, 2]);
    expect(host.stats().map(({ name, filtered }) => [name, filtered])).toEqual([
      ["test-filter", 0],
      ["test-filter#2", 1],
      ["test-filter#3", 0],
    ]);
  });

  it.each([
    ["throws", "throw", boom],
    ["gives a promise", "invalid", () => Promise.reject(new Error("late")) as never],
    ["gives no boolean", "invalid", () => 1 as never],
  ])("goes on without a filter that %s, or drops the record if it fails closed", (_, kind, keep) => {
    const open = makeHost([filterOf(keep)]);
    expect(open.host.caller.admit(record)).toBe("keep");
    expect(open.host.stats()[0]).toMatchObject({ errors: { [kind]: 1 }, filtered: 0 });
    const closed = makeHost([filterOf(keep, { failMode: "closed" })]);
    expect(closed.host.caller.admit(record)).toBe("plugin-failed");
    expect(closed.host.stats()[0]).toMatchObject({ errors: { [kind]: 1 }, filtered: 1 });
  });

  it("lets records through that a plugin logs while it works on another, so that it cannot loop", () => {
    const seen: unknown[] = [];
    const { host } = makeHost([
      enricherOf(() => {
        seen.push(...host.caller.enrich(record), host.caller.admit(record));
        return { a: 1 };
      }),
      filterOf(() => {
        seen.push(host.caller.admit(record));
        return false;
      }),
    ]);
    expect(host.caller.enrich(record)).toEqual([{ a: 1 }]);
    expect(host.caller.admit(record)).toBe("filtered");
    expect(seen).toEqual(["keep", "keep"]);
  });
});

import { levels } from "@taffrail/contracts";
import { createRandom, recordView, testFilter } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { makeHost } from "../plugins/testdata/make-host.ts";
import { type DedupeOptions, dedupeFilter } from "./dedupe-filter.ts";

testFilter(
  "dedupeFilter",
  () => ({
    filter: dedupeFilter(),
    keeps: [recordView({ message: "a" }), recordView({ message: "b" }), recordView({ message: "a", level: "warn" })],
    filters: [recordView({ message: "a" }), recordView({ message: "b", fields: { orderId: 7 } })],
  }),
  { runner: { describe, expect, it } },
);

function open(options?: DedupeOptions) {
  const made = makeHost([dedupeFilter(options)]);
  const admit = (...given: Parameters<typeof recordView>) => made.host.caller.admit(recordView(...given)) === "keep";
  return { ...made, admit };
}

describe("dedupeFilter", () => {
  it("dedupe.windowMs: joins equal records for that long, tells how many there were, and begins anew", () => {
    const { admit, clock, emitted } = open({ windowMs: 1000 });
    expect([admit(), admit(), admit()]).toEqual([true, false, false]);
    clock.advance(999);
    expect(admit()).toBe(false);
    clock.advance(1);
    expect(admit()).toBe(true);
    const fields = { repeated: 3, withinMs: 1000 };
    expect(emitted).toEqual([{ level: "info", message: "order placed (repeated 3 times)", fields }]);
    clock.advance(1000);
    expect(admit()).toBe(true);
    expect(emitted, "nothing to tell of a record that came once").toHaveLength(1);
  });

  it("dedupe.windowMs: tells at the end of the window, even when nothing is logged any more", async () => {
    const { admit, clock, emitted } = open({ windowMs: 20 });
    admit();
    admit();
    clock.advance(20);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(emitted).toMatchObject([{ message: "order placed (repeated once)" }]);
  });

  it("dedupe.maxKeys: the oldest is told about early when there are more", () => {
    const { admit, emitted } = open({ maxKeys: 2 });
    for (const message of ["a", "a", "b", "b", "c"]) admit({ message });
    expect(emitted).toMatchObject([{ message: "a (repeated once)" }]);
    expect([admit({ message: "b" }), admit({ message: "a" })]).toEqual([false, true]);
  });

  it("dedupe.by: fields that must be equal too", () => {
    const { admit } = open({ by: ["code", "user"] });
    const kept = [{ code: 1 }, { code: 1 }, { code: 2 }, { code: 1, user: {} }, { code: 1, user: { id: 2 } }];
    expect(kept.map((fields) => admit({ fields }))).toEqual([true, false, true, true, false]);
    expect(admit({ fields: { code: 1 }, message: "another" })).toBe(true);
  });

  it("dedupe.exempt: levels that are never joined", () => {
    const { admit } = open({ exempt: ["error", "fatal"] });
    expect([admit({ level: "error" }), admit({ level: "error" })]).toEqual([true, true]);
    expect([admit({ level: "warn" }), admit({ level: "warn" })]).toEqual([true, false]);
    const all = open();
    expect([all.admit({ level: "error" }), all.admit({ level: "error" })]).toEqual([true, false]);
  });

  it("does not join a message with one that only looks like it and a field", () => {
    const { admit } = open({ by: ["code"] });
    expect([admit({ message: "a", fields: { code: "b" } }), admit({ message: "ab" })]).toEqual([true, true]);
  });

  it("ends all windows at flush and close", async () => {
    const { admit, host, emitted } = open();
    for (const message of ["a", "a", "b", "b", "b"]) admit({ message });
    await host.flush(100);
    expect(emitted.map(({ message }) => message)).toEqual(["a (repeated once)", "b (repeated 2 times)"]);
    expect([admit({ message: "a" }), admit({ message: "a" })]).toEqual([true, false]);
    await host.close(100);
    expect(emitted).toHaveLength(3);
  });

  it("accounts for every record: what is kept and what it tells of are all there were", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = createRandom(seed);
    const { host, admit, clock, emitted } = open({ windowMs: 100, maxKeys: 5, by: ["code"] });
    let kept = 0;
    for (let count = 0; count < 5000; count += 1) {
      const fields = { code: random.integer(0, 2) };
      if (admit({ level: random.pick(levels), message: random.pick(["a", "b"]), fields })) kept += 1;
      if (random.next() < 0.2) clock.advance(random.integer(0, 60));
    }
    await host.close(100);
    const repeated = emitted.reduce((sum, { fields }) => sum + (fields as { repeated: number }).repeated, 0);
    expect(kept + repeated, `seed ${seed}`).toBe(5000);
    expect(host.stats()[0]?.filtered, `seed ${seed}`).toBe(repeated);
  });

  it.each<[unknown, string]>([
    [{ windowMs: 0 }, "option windowMs is not valid"],
    [{ maxKeys: 0 }, "option maxKeys is not valid"],
    [{ by: "code" }, "option by is not valid: it must be a list"],
    [{ exempt: ["loud"] }, "option exempt is not valid: entry 0"],
    [{ window: 1 }, "option window is unknown"],
  ])("refuses %j", (options, part) => {
    expect(() => dedupeFilter(options as DedupeOptions)).toThrow(part);
  });
});

import { readdir } from "node:fs/promises";
import type { TaffrailError } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import type { Commit, Journal } from "./journal.ts";
import { idList, useStore } from "./testdata/store-fixture.ts";
import { openTestJournal, rowsRequest, type TestJournal } from "./testdata/test-journal.ts";

const fixture = useStore();

/** A journal whose store takes nothing until `back` is called. */
async function startAway(budgetBytes: number): Promise<TestJournal & { readonly back: () => void }> {
  let back: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    back = resolve;
  });
  const opened = await fixture.start({ store: { ...fixture.store.segments, ready: () => gate }, budgetBytes });
  return { ...opened, back };
}

/** Appends until it is refused; answers the records let in and the refusal. */
async function fill(
  journal: Journal,
  tenant: string,
): Promise<{ readonly count: number; readonly error: TaffrailError }> {
  for (let count = 0; count < 10_000; count += 1) {
    const refusal = await journal.append(rowsRequest(["x".repeat(1000)], { tenant })).then(
      () => undefined,
      (error: TaffrailError) => error,
    );
    if (refusal) return { count, error: refusal };
  }
  throw new Error("it was never refused");
}

describe("under pressure", () => {
  it("refuses with ingest_busy at the budget, and takes again when it has drained", async () => {
    const { journal, back } = await startAway(100_000);
    const { count, error } = await fill(journal, "default");
    expect(error).toMatchObject({ code: "ingest_busy", status: 429 });
    expect(error.details.retryAfter).toBeGreaterThan(0);
    expect(journal.stats().bytes).toBeLessThanOrEqual(100_000);
    expect(journal.stats().bytes).toBeGreaterThan(95_000);
    back();
    await journal.drained();
    expect(await fixture.storedIds()).toHaveLength(count);
    await journal.append(rowsRequest(["again"]));
    await journal.drained();
    expect(journal.stats().ledger).toMatchObject({ accepted: count + 1, delivered: count + 1 });
    expect(journal.stats().drainBytesPerSecond).toBeGreaterThan(0);
  });

  it("keeps room for the second tenant while the first one floods", async () => {
    const { journal, back } = await startAway(200_000);
    await journal.append(rowsRequest(["early"], { tenant: "quiet" }));
    const flood = await fill(journal, "flood");
    const quiet = await fill(journal, "quiet");
    expect(flood.count).toBeGreaterThan(60);
    expect(Math.abs(flood.count - quiet.count)).toBeLessThan(5);
    journal.setBudget(400_000);
    expect((await fill(journal, "flood")).count).toBeGreaterThan(60);
    back();
  });

  it("closes a segment at its size, in the middle of a stream", async () => {
    const held = { ...fixture.store.segments, ready: () => new Promise<void>(() => {}) };
    const { journal, deadLetters, dir } = await openTestJournal(fixture.dir, held, { budgetBytes: 1e9 });
    const payload = Buffer.alloc(25 * 1024 * 1024, 0x61);
    for (let index = 0; index < 5; index += 1) await journal.append(rowsRequest(["x"], { payload }));
    await expect(journal.append(rowsRequest(["x"], { payload: Buffer.alloc(65 * 1024 * 1024) }))).rejects.toMatchObject(
      { code: "body_too_large" },
    );
    await journal.close(10);
    await deadLetters.close();
    expect((await readdir(dir)).filter((name) => name.endsWith(".seg"))).toHaveLength(3);
  });

  it("closes sooner while anyone tails", async () => {
    const order: string[] = [];
    const patient = await fixture.start({ dir: `${fixture.dir}/patient` });
    const tailed = await fixture.start({ dir: `${fixture.dir}/tailed` });
    const first = new Promise<void>((resolve) => {
      const seen = (name: string) => (_: Commit) => {
        order.push(name);
        resolve();
      };
      patient.journal.onCommit(seen("patient"));
      tailed.journal.onCommit(seen("tailed"));
    });
    await patient.journal.append(rowsRequest(["patient"]));
    await tailed.journal.append(rowsRequest(["tailed"]));
    tailed.journal.setTailing(true);
    await first;
    expect(order[0]).toBe("tailed");
  });

  it("a listener that throws stops nothing", async () => {
    const { journal, problems } = await fixture.start();
    journal.onCommit(() => {
      throw new Error("listener");
    });
    await journal.append(rowsRequest(idList("heard", 2)));
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(idList("heard", 2));
    expect(problems.map(({ code }) => code)).toEqual(["internal"]);
  });
});

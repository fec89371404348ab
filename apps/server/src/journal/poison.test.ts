import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ledgerFault, systemClock, TaffrailError } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { killEngine } from "../store/testdata/test-store.ts";
import type { SegmentInsert, SegmentStore } from "./segment-store.ts";
import { otlpRequest } from "./testdata/otlp-payload.ts";
import { idList, useStore } from "./testdata/store-fixture.ts";
import { poisonRequest, rowsRequest, type TestJournal } from "./testdata/test-journal.ts";

const fixture = useStore();

/** The real store, but each insert of a file with `marker` in it kills the engine. */
function deadlyFor(marker: string, deaths: { count: number }): SegmentStore {
  const { segments, engine } = fixture.store;
  return {
    ...segments,
    statementVersion: segments.statementVersion,
    blockSettings: segments.blockSettings,
    insert: async (segment: SegmentInsert, mode, signal) => {
      const bytes = await readFile(segment.path);
      if (!bytes.includes(marker)) return segments.insert(segment, mode, signal);
      const insert = segments.insert(segment, mode, signal);
      killEngine(engine);
      deaths.count += 1;
      return insert;
    },
  };
}

describe("a frame that cannot be stored", () => {
  it("is found among many, put away and told; all others are stored once", async () => {
    const { journal, deadLetters, problems, dir } = await fixture.start();
    const good = idList("good", 60);
    const appends = good.map((id) => otlpRequest([id]));
    appends.splice(37, 0, poisonRequest());
    await Promise.all(appends.map((request) => journal.append(request)));
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(good);
    const { ledger, segmentsQuarantined } = journal.stats();
    expect(ledger).toEqual({ accepted: 63, delivered: 60, filtered: 0, dropped: { "sink-refused": 3 }, pending: 0 });
    expect(ledgerFault(ledger)).toBeUndefined();
    expect(segmentsQuarantined).toBe(1);
    expect(problems.map(({ code }) => code)).toContain("frame_refused");
    const letters = await deadLetters.list("default", 10);
    expect(letters).toMatchObject([{ source: "journal", code: "frame_refused", count: 3 }]);
    expect(letters[0]?.message).toMatch(/Code: \d+/);
    const kept = await readdir(join(dir, "quarantine"));
    expect(kept).toHaveLength(2);
    expect(journal.pendingRecords("default")).toBe(0);
    await expect.poll(() => journal.stats().bytes).toBe(0);
  });

  it("is put away when it is alone", async () => {
    const { journal } = await fixture.start();
    await journal.append(poisonRequest({ tenant: "t" }));
    await journal.append(rowsRequest(["rows go on"]));
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(["rows go on"]);
    expect(journal.stats().ledger.dropped).toEqual({ "sink-refused": 3 });
  });

  it("that kills the engine ends in quarantine, not in a crash loop", { timeout: 120_000 }, async () => {
    const deaths = { count: 0 };
    const { journal } = await fixture.start({ store: deadlyFor("killer-frame", deaths) });
    const good = idList("beside", 3);
    const appends = [...good.map((id) => rowsRequest([id])), rowsRequest(["killer-frame"])];
    await Promise.all(appends.map((request) => journal.append(request)));
    await journal.drained();
    expect((await fixture.storedIds()).filter((id) => id !== "killer-frame")).toEqual(good);
    expect(journal.stats().segmentsQuarantined).toBe(1);
    const { ledger } = journal.stats();
    expect(ledger.delivered + (ledger.dropped["sink-refused"] ?? 0)).toBe(4);
    // Two deaths for each of the sizes 4, 2 and 1.
    expect(deaths.count).toBe(6);
  });

  it("is left out when the store keeps fewer rows of it than it says", async () => {
    const { journal, deadLetters } = await fixture.start();
    const good = idList("even", 20);
    await Promise.all([
      ...good.map((id) => journal.append(rowsRequest([id]))),
      journal.append(rowsRequest(["short"], { count: 3 })),
    ]);
    await journal.drained();
    expect(await fixture.storedIds()).toEqual([...good, "short"]);
    expect(journal.stats().ledger).toMatchObject({ accepted: 23, delivered: 21, dropped: { "sink-refused": 2 } });
    expect(await deadLetters.list("default", 1)).toMatchObject([{ code: "rows_unequal" }]);
  });
});

describe("a frame that waits for what never passes", () => {
  /** A clock that can be put forward, and a journal at which `marked` is done before each insert of the marked file. */
  async function startAside(
    marked: (path: string) => Promise<void>,
  ): Promise<TestJournal & { rounds(): Promise<void> }> {
    const { segments } = fixture.store;
    let aheadMs = 0;
    let tries = 0;
    const clock = { now: () => systemClock.now() + aheadMs, monotonic: () => systemClock.monotonic() + aheadMs };
    const store: SegmentStore = {
      ...segments,
      insert: async (segment: SegmentInsert, mode, signal) => {
        const bytes = await readFile(segment.path).catch(() => Buffer.from("set-aside"));
        if (bytes.includes("set-aside")) {
          tries += 1;
          await marked(segment.path);
        }
        return segments.insert(segment, mode, signal);
      },
    };
    const opened = await fixture.start({ store, clock });
    opened.journal.setTailing(true);
    const rounds = async (): Promise<void> => {
      // Else the first of the others would get into the same segment.
      await expect.poll(() => tries, { timeout: 10_000 }).toBeGreaterThan(0);
      for (let round = 0; round < 12 && opened.journal.pendingRecords("default") > 0; round += 1) {
        const { delivered } = opened.journal.stats().ledger;
        await opened.journal.append(rowsRequest([`other-${round}`]));
        await expect
          .poll(() => opened.journal.stats().ledger.delivered, { timeout: 10_000 })
          .toBeGreaterThan(delivered);
        aheadMs += 2.5 * 3_600_000;
      }
    };
    return { ...opened, rounds };
  }

  it("is put away while others are stored, before its age stops all senders", { timeout: 60_000 }, async () => {
    const passing = new TaffrailError("query_failed", { reason: "Code: 243. Not enough space", engineCode: 243 });
    const { journal, deadLetters, rounds } = await startAside(() => Promise.reject(passing));
    await journal.append(rowsRequest(["set-aside"]));
    await rounds();
    expect(journal.stats()).toMatchObject({ segmentsQuarantined: 1, ledger: { dropped: { "sink-refused": 1 } } });
    expect(await deadLetters.list("default", 10)).toMatchObject([{ code: "frame_refused", count: 1 }]);
    expect(await fixture.storedIds()).not.toContain("set-aside");
  });

  it("because somebody removed its file is given up, told and counted", { timeout: 60_000 }, async () => {
    const { journal, deadLetters, problems, rounds } = await startAside((path) => rm(path, { force: true }));
    await Promise.all([journal.append(rowsRequest(["set-aside"])), journal.append(rowsRequest(["beside it"]))]);
    await rounds();
    const { ledger, segmentsQuarantined } = journal.stats();
    expect([segmentsQuarantined, ledger.dropped, ledger.pending]).toEqual([0, { damaged: 2 }, 0]);
    expect(problems.map(({ code }) => code)).toContain("segment_gone");
    expect(await deadLetters.list("default", 10)).toMatchObject([{ code: "segment_gone", count: 2 }]);
  });
});

describe("a store that refuses everything", () => {
  it("empties the journal into quarantine only up to a bound; the rest is stored when it is well", async () => {
    const { segments } = fixture.store;
    let ill = true;
    const refusing: SegmentStore = {
      ...segments,
      insert: (segment, mode, signal) =>
        ill
          ? Promise.reject(new TaffrailError("query_failed", { reason: "every byte is wrong", engineCode: 26 }))
          : segments.insert(segment, mode, signal),
    };
    const first = await fixture.start({ store: refusing });
    const ids = idList("refused", 40);
    await Promise.all(ids.map((id) => first.journal.append(rowsRequest([id]))));
    await expect.poll(() => first.problems.at(-1)?.code, { timeout: 20_000 }).toBe("segment_waiting");
    await expect(first.journal.drained(AbortSignal.timeout(500))).rejects.toThrow();
    expect(first.journal.stats().segmentsQuarantined).toBe(3);
    expect(first.journal.pendingRecords("default")).toBe(37);
    await first.journal.close(10);
    ill = false;
    const second = await fixture.start({ store: refusing });
    await second.journal.drained();
    expect(await fixture.storedIds()).toHaveLength(37);
    expect(ledgerFault(second.journal.stats().ledger)).toBeUndefined();
  });
});

describe("the engine away", () => {
  it("once during a segment costs nothing", async () => {
    const { segments, engine } = fixture.store;
    let killed = false;
    const store: SegmentStore = {
      ...segments,
      insert: (segment, mode, signal) => {
        const insert = segments.insert(segment, mode, signal);
        if (!killed) killEngine(engine);
        killed = true;
        return insert;
      },
    };
    const { journal } = await fixture.start({ store });
    const ids = idList("once", 50);
    await Promise.all(ids.map((id) => journal.append(rowsRequest([id]))));
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(ids);
    expect(journal.stats().segmentsQuarantined).toBe(0);
  });

  it("leaves appends going, and what was taken is stored when it is back", async () => {
    const { segments } = fixture.store;
    let back: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      back = resolve;
    });
    const { journal } = await fixture.start({ store: { ...segments, ready: () => gate } });
    const ids = idList("away", 30);
    for (const id of ids) await journal.append(rowsRequest([id]));
    expect(journal.pendingRecords("default")).toBe(30);
    await expect(journal.drained(AbortSignal.timeout(100))).rejects.toThrow();
    back();
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(ids);
  });
});

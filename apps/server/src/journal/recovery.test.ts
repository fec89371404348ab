import { mkdir, readdir, readFile, rm, rmdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ledgerFault } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { idList, useStore } from "./testdata/store-fixture.ts";
import { openTestJournal, rowsRequest, seededRandom } from "./testdata/test-journal.ts";

const fixture = useStore();

/** Leaves segments on disk as a server does whose engine was away: one per list, closed. */
async function leave(lists: readonly (readonly string[])[]): Promise<string[]> {
  const held = { ...fixture.store.segments, ready: () => new Promise<void>(() => {}) };
  for (const list of lists) {
    const { journal, deadLetters } = await openTestJournal(fixture.dir, held);
    // One after the other, so that each id has a frame of its own.
    for (const id of list) await journal.append(rowsRequest([id]));
    await journal.close(10);
    await deadLetters.close();
  }
  return files(".seg");
}

async function files(suffix: string): Promise<string[]> {
  const folder = join(fixture.dir, "journal");
  return (await readdir(folder)).filter((name) => name.endsWith(suffix)).map((name) => join(folder, name));
}

describe("a start", () => {
  it("takes up many waiting segments, and stores each record once", async () => {
    const lists = Array.from({ length: 12 }, (_, index) => idList(`many${String(index).padStart(2, "0")}`, 3));
    expect(await leave(lists)).toHaveLength(12);
    const { journal } = await fixture.start();
    expect(journal.stats().ledger).toMatchObject({ accepted: 36 });
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(lists.flat());
  });

  it("stores nothing twice when the rows were in the store already", async () => {
    const ids = idList("twice", 20);
    const [path] = await leave([ids]);
    const copy = await readFile(path ?? "");
    const first = await fixture.start();
    await first.journal.drained();
    await first.close();
    await writeFile(path ?? "", copy);
    const second = await fixture.start();
    await second.journal.drained();
    expect(await fixture.storedIds()).toEqual(ids);
    expect(second.journal.stats().ledger).toMatchObject({ accepted: 20, delivered: 20, pending: 0 });
  });

  it("cuts a torn tail of an open file and keeps what stands before it", async () => {
    const [path] = await leave([idList("torn", 5)]);
    const whole = await readFile(path ?? "");
    const open = (path ?? "").replace(/-[0-9a-f]{16}(-[0-9a-f]{8})\.seg$/, "$1.open");
    await writeFile(open, Buffer.concat([whole, whole.subarray(200, 300)]));
    await writeFile(path ?? "", "");
    const { journal, problems } = await fixture.start();
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(idList("torn", 5));
    expect(journal.stats().ledger).toMatchObject({ accepted: 5, delivered: 5 });
    expect(problems).toEqual([]);
  });

  it("with a byte changed anywhere in a closed file: loses at most that frame, says so, and the ledger is exact", async () => {
    const seed = Date.now() % 100_000;
    console.log(`recovery damage: seed ${seed}`);
    const random = seededRandom(seed);
    const lists = Array.from({ length: 8 }, (_, index) => idList(`flip${index}`, 4));
    for (const path of await leave(lists)) {
      const bytes = await readFile(path);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      await writeFile(path, bytes);
    }
    const { journal, deadLetters, problems, dir } = await fixture.start();
    await journal.drained();
    const stored = await fixture.storedIds();
    const { ledger } = journal.stats();
    const damaged = ledger.dropped.damaged ?? 0;
    expect(ledger.accepted).toBe(32);
    expect(ledger.delivered).toBe(stored.length);
    expect(damaged).toBe(32 - stored.length);
    expect(ledgerFault(ledger)).toBeUndefined();
    for (const list of lists) expect(list.filter((id) => !stored.includes(id)).length).toBeLessThanOrEqual(1);
    expect(new Set(stored).size).toBe(stored.length);
    expect(problems.every(({ code }) => code === "frame_damaged")).toBe(true);
    expect(problems).toHaveLength(8);
    expect((await deadLetters.list("default", 100)).every(({ code }) => code === "frame_damaged")).toBe(true);
    expect((await readdir(join(dir, "quarantine"))).filter((name) => name.endsWith(".damage"))).toHaveLength(8);
  });

  it("with the end of a closed file missing: counts exactly what is gone", async () => {
    const [path] = await leave([idList("short", 10)]);
    await truncate(path ?? "", Math.floor((await stat(path ?? "")).size * 0.55));
    const { journal } = await fixture.start();
    await journal.drained();
    const stored = await fixture.storedIds();
    expect(stored.length).toBeGreaterThan(2);
    expect(journal.stats().ledger).toMatchObject({
      accepted: 10,
      delivered: stored.length,
      dropped: { damaged: 10 - stored.length },
    });
  });

  it("with nothing but garbage in a closed file: puts it away and counts all of it", async () => {
    const [path] = await leave([idList("gone", 7)]);
    await writeFile(path ?? "", Buffer.alloc(5000, 0x0a));
    const { journal } = await fixture.start();
    expect(journal.stats().ledger).toMatchObject({ accepted: 7, dropped: { damaged: 7 }, pending: 0 });
    expect(await files(".seg")).toEqual([]);
    expect(journal.stats().segmentsQuarantined).toBe(1);
  });

  it("with a file it cannot read: counts it, leaves it, and stores it when it can", async () => {
    const [path = ""] = await leave([idList("unread", 4)]);
    const bytes = await readFile(path);
    // A directory of that name can be opened, but not read: the same for every user.
    await rm(path);
    await mkdir(path);
    const first = await fixture.start();
    expect(first.journal.stats()).toMatchObject({ segmentsUnreadable: 1, ledger: { accepted: 0 } });
    expect(first.problems.map(({ code }) => code)).toEqual(["segment_waiting"]);
    await first.close();
    await rmdir(path);
    await writeFile(path, bytes);
    const second = await fixture.start();
    await second.journal.drained();
    expect(second.journal.stats()).toMatchObject({ segmentsUnreadable: 0, ledger: { accepted: 4, delivered: 4 } });
    expect(await fixture.storedIds()).toEqual(idList("unread", 4));
  });

  it("numbers go on after the number file is lost or damaged", async () => {
    const { journal, close } = await fixture.start();
    const before = await journal.append(rowsRequest(["before"]));
    await journal.drained();
    await close();
    await writeFile(join(fixture.dir, "journal", "seq"), "taffrail-seq 1 5 100 00000000\n");
    const second = await fixture.start();
    const after = await second.journal.append(rowsRequest(["after"]));
    await second.journal.drained();
    expect(after.seqBase).not.toBe(before.seqBase);
    expect(await fixture.storedIds()).toEqual(["after", "before"]);
  });
});

import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ledgerFault } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { idList, useStore } from "./testdata/store-fixture.ts";
import { openTestJournal, rowsRequest } from "./testdata/test-journal.ts";

const fixture = useStore();

/** Mounts a small file system of its own, or says why it cannot. */
function mountSmall(path: string, kilobytes: number): string | undefined {
  try {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", path], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("a write that fails", () => {
  it.each([
    "journal.write.before:throw@2",
    "journal.write.after:throw@2",
    "journal.fsync.before:throw@2",
    "journal.fsync.after:throw@2",
    "journal.ack.before:throw@2",
  ])("is answered with journal_unavailable and leaves nothing: %s", async (failpoints) => {
    const { journal, problems } = await fixture.start({ failpoints });
    await journal.append(rowsRequest(["before"]));
    await expect(journal.append(rowsRequest(["refused"]))).rejects.toMatchObject({ code: "journal_unavailable" });
    await journal.append(rowsRequest(["after"]));
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(["after", "before"]);
    expect(journal.stats().ledger).toEqual({ accepted: 2, delivered: 2, filtered: 0, dropped: {}, pending: 0 });
    expect(problems.map(({ code }) => code)).toEqual(["journal_unavailable"]);
    await expect.poll(() => journal.stats().bytes).toBe(0);
  });

  it("refuses the whole group that shared it, and no other", async () => {
    const { journal } = await fixture.start({ failpoints: "journal.fsync.before:throw@1" });
    const group = idList("group", 20).map((id) => journal.append(rowsRequest([id])));
    const results = await Promise.allSettled(group);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
    await journal.append(rowsRequest(["later"]));
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(["later"]);
  });

  it("of the number file refuses too, and the next append tries again", async () => {
    const { journal } = await fixture.start({ failpoints: "journal.seq.before:throw@1" });
    await expect(journal.append(rowsRequest(["no number"]))).rejects.toMatchObject({ code: "journal_unavailable" });
    await journal.append(rowsRequest(["numbered"]));
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(["numbered"]);
  });

  it("whose rest cannot be cut off at once is cut off later, before anything of it is stored", async () => {
    const failpoints = "journal.fsync.before:throw@2,journal.abandon.before:throw@1";
    const { journal } = await fixture.start({ failpoints });
    await journal.append(rowsRequest(["kept"]));
    await expect(journal.append(rowsRequest(["refused"]))).rejects.toMatchObject({ code: "journal_unavailable" });
    expect(journal.stats().segmentsWaiting).toBe(1);
    expect(journal.pendingRecords("default")).toBe(1);
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(["kept"]);
  });

  it("leaves a mark that the next start obeys", async () => {
    const { segments } = fixture.store;
    const held = { ...segments, ready: () => new Promise<void>(() => {}) };
    const first = await openTestJournal(fixture.dir, held);
    await first.journal.append(rowsRequest(["good"]));
    const [name] = (await readdir(first.dir)).filter((file) => file.endsWith(".open"));
    const size = (await readFile(join(first.dir, name ?? ""))).length;
    await first.journal.append(rowsRequest(["never acknowledged"]));
    await first.journal.close(10);
    await first.deadLetters.close();
    // As if the disk had refused both the fsync of the second frame and the cut, and the process had died then.
    const [closed] = (await readdir(first.dir)).filter((file) => file.endsWith(".seg"));
    const bytes = await readFile(join(first.dir, closed ?? ""));
    await rm(join(first.dir, closed ?? ""));
    await writeFile(join(first.dir, name ?? ""), bytes);
    await writeFile(join(first.dir, `${name}.cut`), `${size}\n`);
    const { journal } = await fixture.start();
    expect(journal.stats().ledger.accepted).toBe(1);
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(["good"]);
    expect((await readdir(first.dir)).filter((file) => file.endsWith(".cut"))).toEqual([]);
  });
});

describe("a full disk", () => {
  it("is answered with journal_unavailable, loses nothing, and is over when there is room", async (context) => {
    const mount = join(fixture.dir, "small");
    await mkdir(mount);
    const refusal = mountSmall(mount, 512);
    if (refusal !== undefined) {
      console.log(`skipped: a small file system cannot be mounted here: ${refusal}`);
      return context.skip();
    }
    try {
      let back: () => void = () => {};
      const gate = new Promise<void>((resolve) => {
        back = resolve;
      });
      const store = { ...fixture.store.segments, ready: () => gate };
      const opened = await openTestJournal(mount, store, { budgetBytes: 1e9 });
      const { journal } = opened;
      const accepted: string[] = [];
      const codes = new Set<string>();
      for (const id of idList("x".repeat(2000), 400)) {
        await journal.append(rowsRequest([id])).then(
          () => accepted.push(id),
          (error: { code: string }) => codes.add(error.code),
        );
      }
      expect([...codes]).toEqual(["journal_unavailable"]);
      expect(accepted.length).toBeGreaterThan(100);
      expect(accepted.length).toBeLessThan(400);
      expect(ledgerFault(journal.stats().ledger)).toBeUndefined();
      back();
      await journal.drained();
      await journal.append(rowsRequest(["room again"]));
      await journal.drained();
      expect(await fixture.storedIds()).toEqual(["room again", ...accepted]);
      await journal.close(5000);
      await opened.deadLetters.close();
    } finally {
      execFileSync("/bin/umount", [mount]);
    }
  });
});

import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemIds } from "@taffrail/contracts";
import { createFailpoint } from "@taffrail/experiments";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DeadLetterOptions, openDeadLetters } from "./dead-letter-files.ts";
import type { DeadLetterEntry, DeadLetters } from "./dead-letters.ts";

let dir: string;
let open: DeadLetters[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "taffrail-letters-"));
  open = [];
});
afterEach(async () => {
  for (const letters of open) await letters.close();
  await rm(dir, { recursive: true, force: true });
});

async function start(options: Partial<DeadLetterOptions> & { readonly arm?: string } = {}): Promise<DeadLetters> {
  const failpoint = createFailpoint(options.arm ?? "");
  const letters = await openDeadLetters({ dir, ids: systemIds, failpoint, ...options });
  open.push(letters);
  return letters;
}

function entry(message: string, more: Partial<DeadLetterEntry> = {}): DeadLetterEntry {
  const sample = Buffer.from(`{"broken": ${message}`);
  const receivedAtMs = Date.UTC(2026, 10, 22, 9, 0, 0, 123);
  return { tenant: "default", source: "lines", code: "invalid_line", message, sample, count: 1, receivedAtMs, ...more };
}

describe("dead letters", () => {
  it("are listed newest first, with everything that was said of them", async () => {
    const letters = await start();
    await letters.add([entry("one"), entry("two", { count: 7 })]);
    await letters.add([entry("three")]);
    expect((await letters.list("default", 10)).map(({ message }) => message)).toEqual(["three", "two", "one"]);
    expect((await letters.list("default", 2)).at(-1)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      receivedAt: "2026-11-22T09:00:00.123Z",
      source: "lines",
      code: "invalid_line",
      message: "two",
      sample: '{"broken": two',
      count: 7,
    });
    expect(letters.total("default")).toBe(3);
  });

  it("show a tenant its own only", async () => {
    const letters = await start();
    await letters.add([entry("mine"), entry("yours", { tenant: "other" })]);
    expect((await letters.list("other", 10)).map(({ message }) => message)).toEqual(["yours"]);
    expect(letters.total("other")).toBe(1);
    expect(letters.total("nobody")).toBe(0);
  });

  it("survive a restart, also behind a line torn by a crash", async () => {
    const first = await start();
    await first.add([entry("kept")]);
    await first.close();
    const [file] = await readdir(dir);
    await appendFile(join(dir, file ?? ""), '{"tenant":"default","id":"torn');
    const second = await start();
    await second.add([entry("new")]);
    expect((await second.list("default", 10)).map(({ message }) => message)).toEqual(["new", "kept"]);
    expect(second.total("default")).toBe(2);
  });

  it("keep at most 4 KiB of a record, and show bytes that are no text", async () => {
    const letters = await start();
    await letters.add([entry("large", { sample: Buffer.alloc(10_000, 0x61) })]);
    await letters.add([entry("bytes", { sample: Buffer.from([0x61, 0xff, 0x62]) })]);
    const [bytes, large] = await letters.list("default", 2);
    expect(large?.sample).toHaveLength(4096);
    expect(bytes?.sample).toBe("a\u{fffd}b");
  });

  it("drop the oldest beyond the bound in entries", async () => {
    const letters = await start({ entriesMax: 64 });
    for (let index = 0; index < 100; index += 1) await letters.add([entry(String(index))]);
    expect(letters.total("default")).toBeLessThanOrEqual(64);
    expect(letters.total("default")).toBeGreaterThan(50);
    const list = await letters.list("default", 1000);
    expect(list[0]?.message).toBe("99");
    expect(list).toHaveLength(letters.total("default"));
  });

  it("drop the oldest beyond the bound in bytes", async () => {
    const letters = await start({ bytesMax: 32_000 });
    for (let index = 0; index < 300; index += 1) await letters.add([entry(String(index))]);
    expect(letters.total("default")).toBeLessThan(200);
    expect(letters.total("default")).toBeGreaterThan(50);
    expect((await letters.list("default", 1))[0]?.message).toBe("299");
  });

  it("share a write when they come together", async () => {
    const letters = await start({ arm: "deadletter.write.before:throw@3" });
    await Promise.all(Array.from({ length: 50 }, (_, index) => letters.add([entry(String(index))])));
    expect(letters.total("default")).toBe(50);
  });

  it.each(["deadletter.write.before", "deadletter.write.after", "deadletter.fsync.after"])(
    "answer journal_unavailable when they cannot be written, and go on after it: %s",
    async (name) => {
      const letters = await start({ arm: `${name}:throw@2` });
      await letters.add([entry("before")]);
      await expect(letters.add([entry("refused")])).rejects.toMatchObject({ code: "journal_unavailable" });
      await letters.add([entry("after")]);
      expect((await letters.list("default", 10)).map(({ message }) => message)).toEqual(["after", "before"]);
      expect(letters.total("default")).toBe(2);
    },
  );

  it("take nothing after close", async () => {
    const letters = await start();
    await letters.close();
    await expect(letters.add([entry("late")])).rejects.toMatchObject({ code: "shutting_down" });
  });
});

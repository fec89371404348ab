import { appendFile, copyFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ShipBench, startShipBench } from "../testdata/ship-bench.ts";
import type { ShipLedger } from "./ship-ledger.ts";

let bench: ShipBench;
beforeEach(async () => {
  bench = await startShipBench();
});
afterEach(() => bench.close());

/** Distinct lines, long enough that their file's head mark is soon full. */
const linesOf = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index} of a log that goes on and on and on`);
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
const file = (name: string): string => join(bench.dir, name);
const arrived = (lines: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(bench.peer.lines.toSorted()).toEqual(lines.toSorted()), { timeout: 15_000, interval: 20 });
const balanced = ({ lines, joined, read, shipped, rejected, skipped, pending }: ShipLedger): boolean =>
  lines === read + joined && read === shipped + rejected + skipped + pending;

describe("ship --once", () => {
  it("sends every line as it stands, in one service named after the file, and balances", async () => {
    const lines = linesOf(0, 50_000);
    await writeFile(file("access.log"), text(lines));
    const { ledger, files } = await bench.once(["access.log"]);
    expect(bench.peer.lines.toSorted()).toEqual(lines.toSorted());
    expect({ ...ledger, files }).toMatchObject({ lines: 50_000, read: 50_000, shipped: 50_000, pending: 0, files: 1 });
    expect(balanced(ledger)).toBe(true);
    expect(bench.peer.requests[0]?.query.toString()).toBe("service=access&source=ship");
  });

  it("takes CRLF, a last line without a break, and counts blank lines as skipped", async () => {
    await writeFile(file("a.log"), "one\r\n\r\ntwo\n\n   \nthree");
    const { ledger } = await bench.once(["a.log"], { service: "shop" });
    expect(bench.peer.lines).toEqual(["one", "two", "three"]);
    expect(ledger).toMatchObject({ read: 6, shipped: 3, skipped: 3, skippedBlank: 3 });
    expect(bench.peer.requests[0]?.query.get("service")).toBe("shop");
  });

  it("lets a line go that is too long, counts it, and keeps the next", async () => {
    await writeFile(file("a.log"), `before\n${"x".repeat(3 * 1024 * 1024)}\nafter\n`);
    const { ledger } = await bench.once(["a.log"]);
    expect(bench.peer.lines).toEqual(["before", "after"]);
    expect(ledger).toMatchObject({ read: 3, shipped: 2, skipped: 1, skippedTooLong: 1 });
  });

  it("reads gzip files by their content, once, and says when one is damaged", async () => {
    const lines = linesOf(0, 5_000);
    const packed = gzipSync(text(lines));
    await writeFile(file("old.gz"), packed);
    await writeFile(file("cut.bin"), packed.subarray(0, packed.length / 2));
    const whole = await bench.once(["old.gz"]);
    expect(whole.ledger.shipped).toBe(5_000);
    expect((await bench.once(["old.gz"])).ledger.read).toBe(0);
    const cut = await bench.once(["cut.bin"]);
    expect(cut.faults).toBe(1);
    expect(cut.ledger.shipped).toBeGreaterThan(1_000);
    expect(bench.notices.join()).toMatch(/file_damaged: .*cut\.bin.*unexpected end of file/);
  });

  it("goes on at its place when run again, and from the start when told to", async () => {
    await writeFile(file("a.log"), text(linesOf(0, 100)));
    await bench.once(["a.log"]);
    await appendFile(file("a.log"), text(linesOf(100, 150)));
    expect((await bench.once(["*.log"])).ledger.read).toBe(50);
    expect(bench.peer.lines).toEqual(linesOf(0, 150));
    expect((await bench.once(["a.log"], { fromStart: true })).ledger.read).toBe(150);
  });

  it("refuses a pattern without a match and a file it cannot read, and changes nothing", async () => {
    await expect(bench.once(["*.log"])).rejects.toMatchObject({ code: "nothing_to_ship" });
    await expect(bench.once(["."])).rejects.toMatchObject({ code: "file_unreadable" });
  });

  it("tells of a name that matches nothing beside others that do, and counts it as a fault", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 5)));
    const { ledger, faults } = await bench.once(["nosuch.log", "app.log"]);
    expect({ shipped: ledger.shipped, faults }).toEqual({ shipped: 5, faults: 1 });
    expect(bench.notices).toEqual(["nothing_to_ship: No file matches nosuch.log."]);
  });

  it("counts what the server refuses as rejected", async () => {
    bench.peer.refuse = (lines) => Math.min(lines.length, 3);
    await writeFile(file("a.log"), text(linesOf(0, 10)));
    expect((await bench.once(["a.log"])).ledger).toMatchObject({ read: 10, shipped: 7, rejected: 3, pending: 0 });
  });

  it("skips and counts what is not of a forced format", async () => {
    await writeFile(file("a.log"), 'a=1 b=2\n{"a":1}\nwords only\n');
    const { ledger } = await bench.once(["a.log"], { format: "json" });
    expect(bench.peer.lines).toEqual(['{"a":1}']);
    expect(ledger).toMatchObject({ read: 3, shipped: 1, skipped: 2, skippedForeign: 2, pending: 0 });
    expect((await bench.once(["a.log"])).ledger.read).toBe(0);
  });

  it("compresses when told to", async () => {
    await writeFile(file("a.log"), text(linesOf(0, 1_000)));
    await bench.once(["a.log"], { gzip: true });
    expect(bench.peer.requests.map(({ encoding }) => encoding)).toEqual(["gzip"]);
    expect(bench.peer.lines).toHaveLength(1_000);
  });
});

describe("a server in trouble", () => {
  const busy = {
    status: 429,
    body: { error: { code: "ingest_busy", message: "", remedy: "", details: { retryAfter: 0.05, limit: 1 } } },
  };

  it("is waited for: 429, 503 and 500 lose nothing and double nothing", async () => {
    bench.peer.troubles.push(busy, { status: 503 }, { status: 500 });
    const lines = linesOf(0, 1_000);
    await writeFile(file("a.log"), text(lines));
    const { ledger } = await bench.once(["a.log"]);
    expect(bench.peer.lines).toEqual(lines);
    expect(ledger).toMatchObject({ shipped: 1_000, pending: 0 });
    expect(bench.notices.filter((notice) => notice.startsWith("delivering"))).toHaveLength(1);
  });

  it("ends the command when it does not come back in time, and the next run goes on", async () => {
    await writeFile(file("a.log"), text(linesOf(0, 10)));
    bench.peer.troubles.push(...Array.from({ length: 50 }, () => ({ status: 503 })));
    await expect(bench.once(["a.log"], { patienceMs: 300 })).rejects.toMatchObject({ code: "unexpected_answer" });
    bench.peer.troubles.length = 0;
    expect((await bench.once(["a.log"])).ledger.shipped).toBe(10);
    expect(bench.peer.lines).toEqual(linesOf(0, 10));
  });

  it("ends the command at once when it refuses the request for good", async () => {
    await writeFile(file("a.log"), text(linesOf(0, 10)));
    bench.peer.troubles.push({ status: 403, body: { error: { code: "forbidden", details: {} } } });
    await expect(bench.once(["a.log"])).rejects.toMatchObject({ code: "forbidden" });
  });

  it("takes the lines that were taken before it failed as shipped, and sends only the rest again", async () => {
    const error = { code: "journal_unavailable", details: { reason: "disk full" } };
    const body = { error, accepted: 6, rejected: 1, errors: [], acceptedThroughLine: 7 };
    bench.peer.troubles.push({ status: 503, body, takes: 6 });
    await writeFile(file("a.log"), text(linesOf(0, 10)));
    expect((await bench.once(["a.log"])).ledger).toMatchObject({ read: 10, shipped: 9, rejected: 1, pending: 0 });
    expect(bench.peer.lines).toEqual([...linesOf(0, 6), ...linesOf(7, 10)]);
  });

  it("refuses a whole batch one by one: that is counted, and the next batch goes on", async () => {
    const error = { code: "too_old", details: { time: "2020", days: 30 } };
    bench.peer.troubles.push({ status: 400, body: { error, accepted: 0, rejected: 10, errors: [] } });
    await writeFile(file("a.log"), text(linesOf(0, 10)));
    expect((await bench.once(["a.log"])).ledger).toMatchObject({ read: 10, shipped: 0, rejected: 10, pending: 0 });
    expect(bench.notices.join()).toContain("too_old: ");
    await appendFile(file("a.log"), text(linesOf(10, 12)));
    expect((await bench.once(["a.log"])).ledger).toMatchObject({ read: 2, shipped: 2 });
  });

  it("may lose an answer: then the batch comes twice, never not at all", async () => {
    bench.peer.troubles.push("lose-answer");
    await writeFile(file("a.log"), text(linesOf(0, 10)));
    const { ledger } = await bench.once(["a.log"]);
    expect(ledger.shipped).toBe(10);
    expect(new Set(bench.peer.lines)).toEqual(new Set(linesOf(0, 10)));
  });
});

describe("ship, following", () => {
  it("sends lines as they come, across a rotation by rename, with late writes to the renamed file", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 100)));
    const running = bench.start(["app.log"]);
    await arrived(linesOf(0, 100));
    await appendFile(file("app.log"), text(linesOf(100, 110)));
    await rename(file("app.log"), file("app.log.1"));
    await writeFile(file("app.log"), text(linesOf(200, 210)));
    await appendFile(file("app.log.1"), text(linesOf(110, 120)));
    await arrived([...linesOf(0, 120), ...linesOf(200, 210)]);
    const { ledger, files } = await running.finish();
    expect({ ...ledger, files }).toMatchObject({ read: 130, shipped: 130, pending: 0, files: 2 });
  });

  it("follows the renamed file when the pattern matches it too, and reads nothing twice", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 100)));
    const running = bench.start(["app.log*"]);
    await arrived(linesOf(0, 100));
    await rename(file("app.log"), file("app.log.1"));
    await writeFile(file("app.log"), text(linesOf(100, 150)));
    await arrived(linesOf(0, 150));
    expect((await running.finish()).ledger.read).toBe(150);
    expect((await bench.once(["app.log*"])).ledger.read).toBe(0);
  });

  it("takes a file that is cut as a new content, also when it has grown beyond the old place", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 10)));
    const running = bench.start(["app.log"]);
    await arrived(linesOf(0, 10));
    await truncate(file("app.log"), 0);
    await appendFile(file("app.log"), text(linesOf(1_000, 1_100)));
    await arrived([...linesOf(0, 10), ...linesOf(1_000, 1_100)]);
    await running.finish();
  });

  it("joins copytruncate's copy to what was read: the lines between are sent, none twice", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 100)));
    const running = bench.start(["app.log*"]);
    await arrived(linesOf(0, 100));
    await appendFile(file("app.log"), text(linesOf(100, 120)));
    await copyFile(file("app.log"), file("app.log.1"));
    await truncate(file("app.log"), 0);
    await appendFile(file("app.log"), text(linesOf(120, 130)));
    await arrived(linesOf(0, 130));
    await rename(file("app.log.1"), file("app.log.2"));
    const { ledger } = await running.finish();
    expect(ledger.read).toBe(130);
  });

  it("knows a rotated file again after it was compressed", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 100)));
    await bench.once(["app.log*"]);
    await appendFile(file("app.log"), text(linesOf(100, 120)));
    await writeFile(file("app.log.1.gz"), gzipSync(text(linesOf(0, 120))));
    await rm(file("app.log"));
    const { ledger } = await bench.once(["app.log*"]);
    expect(ledger.read).toBe(20);
    expect(bench.peer.lines).toEqual(linesOf(0, 120));
  });

  it("finds the unread end of a file that was renamed while nobody shipped, though no pattern matches it", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 100)));
    await bench.once(["app.log"]);
    await appendFile(file("app.log"), text(linesOf(100, 110)));
    await rename(file("app.log"), file("app.log.1"));
    await writeFile(file("app.log"), text(linesOf(110, 120)));
    await writeFile(file("app.log.2"), "not wanted\n");
    const { ledger } = await bench.once(["app.log"]);
    expect(ledger.read).toBe(20);
    expect(bench.peer.lines.toSorted()).toEqual(linesOf(0, 120).toSorted());
    expect((await bench.once(["app.log"])).ledger.read).toBe(0);
  });

  it("finds files that come later, and waits for the first", async () => {
    const running = bench.start(["*.log"]);
    await vi.waitFor(() => expect(bench.notices.join()).toContain("waiting for one"));
    await writeFile(file("late.log"), text(linesOf(0, 5)));
    await arrived(linesOf(0, 5));
    await running.finish();
  });

  it("waits for a name that matches nothing yet, and takes that for no fault", async () => {
    await writeFile(file("app.log"), text(linesOf(0, 5)));
    const running = bench.start(["later.log", "app.log"]);
    await arrived(linesOf(0, 5));
    expect(bench.notices).toEqual(["nothing_to_ship: no file matches later.log yet; waiting for one"]);
    await writeFile(file("later.log"), text(linesOf(5, 7)));
    await arrived(linesOf(0, 7));
    expect((await running.finish()).faults).toBe(0);
  });

  it("ends with what is pending when it is stopped while the server is away; the next run sends it", {
    timeout: 40_000,
  }, async () => {
    bench.peer.troubles.push(...Array.from({ length: 500 }, () => ({ status: 503 })));
    await writeFile(file("a.log"), text(linesOf(0, 10)));
    const running = bench.start(["a.log"], { patienceMs: Number.POSITIVE_INFINITY });
    await vi.waitFor(() => expect(bench.notices.join()).toContain("Trying again"), { timeout: 15_000 });
    const { ledger, files, faults } = await running.finish();
    expect({ ...ledger, files, faults }).toMatchObject({ read: 10, shipped: 0, pending: 10, files: 1, faults: 0 });
    bench.peer.troubles.length = 0;
    expect((await bench.once(["a.log"])).ledger.shipped).toBe(10);
    expect(bench.peer.lines).toEqual(linesOf(0, 10));
  });

  it("begins at the end of what is there when told to, and at the start of what comes", async () => {
    await writeFile(file("old.log"), "old\nhalf a");
    const running = bench.start(["*.log"], { fromEnd: true });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await appendFile(file("old.log"), " line\nnew\n");
    await writeFile(file("new.log"), "first\n");
    await arrived(["half a line", "new", "first"]);
    await running.finish();
  });

  it("holds an unfinished line until it ends", async () => {
    await writeFile(file("a.log"), "whole\nunfin");
    const running = bench.start(["a.log"]);
    await arrived(["whole"]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(bench.peer.lines).toEqual(["whole"]);
    await appendFile(file("a.log"), "ished\n");
    await arrived(["whole", "unfinished"]);
    await running.finish();
  });

  it("leaves an unfinished line to the next run when it is stopped", async () => {
    await writeFile(file("a.log"), "whole\nunfin");
    const running = bench.start(["a.log"]);
    await arrived(["whole"]);
    const { ledger } = await running.finish();
    expect(ledger).toMatchObject({ read: 1, shipped: 1, pending: 0 });
    await appendFile(file("a.log"), "ished\nnext\n");
    expect((await bench.once(["a.log"])).ledger.read).toBe(2);
    expect(bench.peer.lines).toEqual(["whole", "unfinished", "next"]);
  });

  it("sends the unfinished line of a file that lost its name: no later run would find it", async () => {
    await writeFile(file("a.log"), "whole\nunfin");
    const running = bench.start(["*.log"]);
    await arrived(["whole"]);
    await rm(file("a.log"));
    await writeFile(file("b.log"), "found by the next look\n");
    await arrived(["whole", "found by the next look"]);
    await running.finish();
    await arrived(["whole", "found by the next look", "unfin"]);
  });

  it("reads what takes the inode of a compressed file that was read whole, and the compressed one once", async () => {
    await writeFile(file("old.log"), gzipSync(text(linesOf(0, 50))));
    await utimes(file("old.log"), 1, 1);
    const running = bench.start(["*.log"]);
    await arrived(linesOf(0, 50));
    await rename(file("old.log"), file("away"));
    await writeFile(file("mark.log"), text(linesOf(100, 101)));
    await arrived([...linesOf(0, 50), ...linesOf(100, 101)]);
    await rename(file("away"), file("old.log"));
    await writeFile(file("mark2.log"), text(linesOf(101, 102)));
    await arrived([...linesOf(0, 50), ...linesOf(100, 102)]);
    await writeFile(file("old.log"), text(linesOf(200, 210)));
    await arrived([...linesOf(0, 50), ...linesOf(100, 102), ...linesOf(200, 210)]);
    await running.finish();
  });

  it("reads what takes the inode of an empty compressed file", async () => {
    await writeFile(file("a.log"), gzipSync(""));
    expect((await bench.once(["a.log"])).ledger.read).toBe(0);
    await writeFile(file("a.log"), text(linesOf(0, 3)));
    expect((await bench.once(["a.log"])).ledger.read).toBe(3);
  });

  it("takes a file over when the other process has ended, at the place that one reached", async () => {
    await writeFile(file("a.log"), text(linesOf(0, 5)));
    const first = bench.start(["a.log"]);
    await arrived(linesOf(0, 5));
    const second = bench.start(["a.log"]);
    await vi.waitFor(() => expect(bench.notices.join()).toContain("another process ships it"));
    await appendFile(file("a.log"), text(linesOf(5, 7)));
    await arrived(linesOf(0, 7));
    await first.finish();
    await appendFile(file("a.log"), text(linesOf(7, 9)));
    await arrived(linesOf(0, 9));
    expect((await second.finish()).ledger.read).toBe(2);
  });

  it("does not ship a file that another process ships", async () => {
    await writeFile(file("a.log"), text(linesOf(0, 5)));
    const running = bench.start(["a.log"]);
    await arrived(linesOf(0, 5));
    const second = await bench.once(["a.log"]);
    expect(second.faults).toBe(1);
    expect(second.ledger.read).toBe(0);
    expect(bench.notices.join()).toContain("another process ships it");
    await running.finish();
    await appendFile(file("a.log"), text(linesOf(5, 7)));
    expect((await bench.once(["a.log"])).ledger.read).toBe(2);
  });
});

describe("standard input", () => {
  it("is shipped to its end, also in pieces that cut lines", async () => {
    const done = bench.once([], { service: "worker" });
    for (const piece of ["on", "e\ntw", "o\n", "three"]) {
      bench.stdin.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    bench.stdin.end();
    const { ledger } = await done;
    expect(bench.peer.lines).toEqual(["one", "two", "three"]);
    expect(ledger).toMatchObject({ read: 3, shipped: 3 });
    expect(bench.peer.requests[0]?.query.get("service")).toBe("worker");
  });
});

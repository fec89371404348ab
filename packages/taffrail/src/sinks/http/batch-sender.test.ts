import { type Batch, createBatch, type EncodedRecord, type Sink, type WriteResult } from "@taffrail/contracts";
import { afterEach, describe, expect, it } from "vitest";
import { type HttpSinkOptions, httpSink } from "../http-sink.ts";
import { type ReceiverThread, startReceiver, type ThreadReply } from "../testdata/receiver-thread.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(
  replies: readonly ThreadReply[] = [],
  maxBytes?: number,
  options: Partial<HttpSinkOptions> = {},
): Promise<{ readonly receiver: ReceiverThread; readonly sink: Sink }> {
  const receiver = await startReceiver(replies, maxBytes);
  const sink = httpSink({ url: receiver.url, ...options });
  cleanups.push(receiver.stop, () => sink.close(AbortSignal.timeout(1000)));
  return { receiver, sink };
}

const recordsOf = (from: number, count: number): EncodedRecord[] =>
  Array.from({ length: count }, (_, index) => ({ level: "info", line: `${`{"n":${from + index}}`.padEnd(99)}\n` }));
const batchOf = (from: number, count: number, id?: string): Batch =>
  createBatch(recordsOf(from, count), id === undefined ? {} : { id });
const write = (sink: Sink, batch: Batch): Promise<WriteResult> => sink.write(batch, AbortSignal.timeout(8000));
const numbersIn = (lines: readonly string[]): number[] => lines.map((line) => (JSON.parse(line) as { n: number }).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const again = { status: 503, headers: { "retry-after": "0" } };

describe("a batch that is too large", () => {
  it("is sent in parts, in order, and later ones at once in that size", async () => {
    const { receiver, sink } = await open([], 3000);
    expect(await write(sink, batchOf(0, 100))).toEqual({ outcome: "ok" });
    expect(numbersIn(await receiver.lines())).toEqual(upTo(100));
    const refused = (await receiver.received()).filter(({ status }) => status === 413).length;
    expect(refused).toBeGreaterThan(0);
    expect(await write(sink, batchOf(100, 50))).toEqual({ outcome: "ok" });
    expect(numbersIn(await receiver.lines())).toEqual(upTo(150));
    expect((await receiver.received()).filter(({ status }) => status === 413).length).toBe(refused);
  });

  it("loses only the record that alone is too large, and counts it", async () => {
    const { receiver, sink } = await open([], 3000);
    const large = { level: "info", line: `{"n":5,"x":"${"x".repeat(5000)}"}\n` } as const;
    const batch = createBatch([...recordsOf(0, 5), large, ...recordsOf(6, 4)]);
    expect(await write(sink, batch)).toMatchObject({
      outcome: "partial",
      refused: 1,
      reason: expect.stringContaining("413"),
    });
    expect(numbersIn(await receiver.lines())).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9]);
  });

  it("goes on with the part that failed when it comes again", async () => {
    const { receiver, sink } = await open([{ status: 200 }, again], 3000);
    const batch = batchOf(0, 100);
    expect(await write(sink, batch)).toMatchObject({ outcome: "retry", afterMs: 0 });
    const before = (await receiver.lines()).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(100);
    expect(await write(sink, batch)).toEqual({ outcome: "ok" });
    expect(numbersIn(await receiver.lines())).toEqual(upTo(100));
  });

  it("has in its parts ids that say which records they are", async () => {
    const { receiver, sink } = await open([], 3000);
    await write(sink, batchOf(0, 64, "spool-1001-1064"));
    const ids = (await receiver.received())
      .filter(({ status }) => status === 200)
      .map(({ headers }) => headers["taffrail-batch"]);
    expect(ids[0]).toBe("spool-1001-1016");
    expect(ids.at(-1)).toBe("spool-1049-1064");
  });
});

describe("the id of a batch", () => {
  it("is sent where there is one, the same with each attempt", async () => {
    const { receiver, sink } = await open([again]);
    const batch = batchOf(0, 2, "spool-1-2");
    await write(sink, batch);
    await write(sink, batch);
    await write(sink, batchOf(2, 2));
    expect((await receiver.received()).map(({ headers }) => headers["taffrail-batch"])).toEqual([
      "spool-1-2",
      "spool-1-2",
      undefined,
    ]);
  });
});

describe("the last effort", () => {
  it("sends what is left, and counts it out", async () => {
    const { receiver, sink } = await open();
    expect(sink.writeSync?.(batchOf(0, 50), undefined)).toBe(50);
    expect(numbersIn(await receiver.lines())).toEqual(upTo(50));
  });

  it("finishes a write that had not gone out, and sends it once", async () => {
    const { receiver, sink } = await open();
    const first = batchOf(0, 2000);
    const writing = write(sink, first);
    expect(sink.writeSync?.(batchOf(2000, 50), first)).toBe(2050);
    expect(await writing).toEqual({ outcome: "ok" });
    expect(numbersIn(await receiver.lines())).toEqual(upTo(2050));
  });

  it("sends a request that waits for its answer again only when it has an id", async () => {
    for (const [id, times] of [
      [undefined, 1],
      ["spool-0-9", 2],
    ] as const) {
      const { receiver, sink } = await open([{ status: 200, delayMs: 400 }]);
      const first = batchOf(0, 10, id);
      const writing = write(sink, first);
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(sink.writeSync?.(batchOf(10, 1), first)).toBe(11);
      await writing;
      expect((await receiver.received()).length).toBe(times + 1);
    }
  });

  it("does not count out what is not taken, and tells what was refused from what did not get out", async () => {
    const refused = JSON.stringify({ rejected: 3, errors: [{ message: "no" }] });
    const cases = [
      [{ status: 500 }, 0],
      [{ status: 400 }, { out: 0, refused: 10, reason: expect.stringContaining("400") }],
      [
        { status: 200, body: refused },
        { out: 7, refused: 3, reason: expect.stringContaining("no") },
      ],
    ] as const;
    for (const [reply, out] of cases) {
      const { sink } = await open([reply]);
      expect(sink.writeSync?.(batchOf(0, 10), undefined), JSON.stringify(reply)).toEqual(out);
    }
    const { receiver, sink } = await open();
    await receiver.stop();
    expect(sink.writeSync?.(batchOf(0, 10), batchOf(10, 10))).toBe(0);
  });

  it("waits for a receiver that says how long, and splits what is too large", async () => {
    const { receiver, sink } = await open([again], 3000);
    expect(sink.writeSync?.(batchOf(0, 100), undefined)).toBe(100);
    expect(numbersIn(await receiver.lines())).toEqual(upTo(100));
  });

  it("counts a write as it was answered when its promise has not settled yet", async () => {
    const { receiver, sink } = await open([{ status: 400 }]);
    const first = batchOf(0, 10);
    await write(sink, first);
    expect(sink.writeSync?.(batchOf(10, 5), first)).toMatchObject({ out: 5, refused: 10 });
    const second = batchOf(20, 10);
    await write(sink, second);
    expect(sink.writeSync?.(batchOf(30, 5), second)).toBe(15);
    expect(numbersIn(await receiver.lines())).toEqual([
      10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
    ]);
  });

  it("lastEffortMs: bounds the whole of it", async () => {
    const { sink } = await open([{ status: 200, delayMs: 3000 }], undefined, { lastEffortMs: 300 });
    // The answers would count ten records out, the first one late, the second one at once.
    expect(sink.writeSync?.(batchOf(0, 10), undefined)).toBe(0);
    expect(sink.writeSync?.(batchOf(0, 10), undefined)).toBe(0);
    const none = await open([], undefined, { lastEffortMs: 0 });
    expect(none.sink.writeSync?.(batchOf(0, 10), undefined)).toBe(0);
    expect(await none.receiver.received()).toEqual([]);
  });
});

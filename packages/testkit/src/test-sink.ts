import {
  type Batch,
  createBatch,
  type EncodedRecord,
  type Level,
  levels,
  type Sink,
  type SyncWriteResult,
  type WriteResult,
} from "@taffrail/contracts";
import {
  expectHealth,
  expectManifest,
  inTime,
  runSuite,
  type SuiteOptions,
  settleMs,
  type TestRunner,
} from "./test-suite.ts";

/** A sink that is to be tested, and the world around it. */
export interface SinkUnderTest {
  readonly sink: Sink;
  /** All lines that have arrived at the sink's destination, in order. Called after the sink was closed. */
  received(): Promise<readonly string[]> | readonly string[];
  /** Makes the destination fail from now on; needed for the obligations about failure. */
  breakDestination?(): Promise<void> | void;
  /** Ends what `make` has started. */
  dispose?(): Promise<void> | void;
}

/** Name of each obligation, for declaring deviations. */
export type SinkObligation = keyof typeof obligations;

export type SinkSuiteOptions = SuiteOptions<SinkObligation>;

interface Subject extends SinkUnderTest {
  readonly expect: TestRunner["expect"];
  /** Writes a batch with a signal that never aborts. */
  write(batch: Batch): Promise<WriteResult>;
  close(): Promise<void>;
}

/** A batch of numbered lines; `text` goes into each of them. */
function makeBatch(from: number, count: number, text = "plain"): Batch {
  const records = Array.from({ length: count }, (_, index): EncodedRecord => {
    const level: Level = levels[(from + index) % levels.length] ?? "info";
    const record = { time: "2026-11-22T09:00:00.000Z", level, service: "suite", msg: text, sequence: from + index };
    return Object.freeze({ level, line: `${JSON.stringify(record)}\n` });
  });
  return Object.freeze(createBatch(Object.freeze(records)));
}

function linesOf(batch: Batch): string[] {
  return batch.records().map((record) => record.line.trimEnd());
}

async function expectDelivered(subject: Subject, expected: readonly string[]): Promise<void> {
  await subject.close();
  subject.expect([...(await subject.received())]).toEqual(expected);
}

/** Records that last words brought out. */
function outOf(result: SyncWriteResult): number {
  return typeof result === "number" ? result : result.out;
}

/**
 * Starts a write and, without letting it end, asks for last words, as the end of a process does. Gives what the sink says is out. A sink that
 * has no last words says so by having no `writeSync`.
 */
async function interruptWrite(subject: Subject, unfinished: Batch, batch: Batch): Promise<number | undefined> {
  if (subject.sink.writeSync === undefined) return undefined;
  const writing = subject.write(unfinished);
  const out = outOf(subject.sink.writeSync(batch, unfinished));
  await writing;
  return out;
}

const awkward = 'quotes " and \\ and \u2028, tabs \t, 漢字, 😀 and \u0000';

const obligations = {
  "describes itself": ({ sink, expect }: Subject) => {
    expectManifest(sink, "sink", expect);
    for (const signal of sink.signals ?? []) expect(["logs", "traces", "metrics"]).toContain(signal);
    for (const bound of Object.values(sink.batching ?? {})) expect(bound === undefined || bound >= 0).toBe(true);
  },
  "delivers a batch whole and in order": async (subject: Subject) => {
    const batch = makeBatch(0, 100);
    subject.expect((await subject.write(batch)).outcome).toBe("ok");
    await expectDelivered(subject, linesOf(batch));
  },
  "keeps the order of batches": async (subject: Subject) => {
    const batches = Array.from({ length: 20 }, (_, index) => makeBatch(index * 7, 7));
    for (const batch of batches) await subject.write(batch);
    await expectDelivered(subject, batches.flatMap(linesOf));
  },
  "delivers 5000 records of one batch": async (subject: Subject) => {
    const batch = makeBatch(0, 5000);
    subject.expect((await subject.write(batch)).outcome).toBe("ok");
    await expectDelivered(subject, linesOf(batch));
  },
  "leaves awkward characters as they are": async (subject: Subject) => {
    const batch = makeBatch(0, 3, awkward);
    await subject.write(batch);
    await expectDelivered(subject, linesOf(batch));
  },
  "does not change its batch": async (subject: Subject) => {
    const batch = makeBatch(0, 10, awkward);
    const before = [...batch.bytes()];
    subject.expect((await subject.write(batch)).outcome).toBe("ok");
    subject.expect([...batch.bytes()]).toEqual(before);
  },
  "does not keep its batch": async (subject: Subject) => {
    const [batch, next] = [makeBatch(0, 10), makeBatch(10, 10)];
    const expected = [...linesOf(batch), ...linesOf(next)];
    for (const written of [batch, next]) {
      await subject.write(written);
      // The memory of a batch that is done may be used for another one at once.
      written.bytes().fill(0);
    }
    await expectDelivered(subject, expected);
  },
  "settles when it is aborted": async (subject: Subject) => {
    const result = await inTime(subject.sink.write(makeBatch(0, 10), AbortSignal.abort()), "an aborted write");
    subject.expect(["ok", "retry"]).toContain(result.outcome);
  },
  "reports its health": ({ sink, expect }: Subject) => expectHealth(sink, expect),
  flushes: async (subject: Subject) => {
    await subject.write(makeBatch(0, 10));
    await inTime(subject.sink.flush?.(new AbortController().signal) ?? Promise.resolve(), "flush");
  },
  "closes twice": async (subject: Subject) => {
    await subject.close();
    await subject.close();
  },
  "refuses after close without throwing": async (subject: Subject) => {
    await subject.close();
    const result = await subject.write(makeBatch(0, 1));
    subject.expect(["drop", "retry"]).toContain(result.outcome);
  },
  "writes its last words by blocking": async (subject: Subject) => {
    const batch = makeBatch(0, 50);
    const before = [...batch.bytes()];
    const result = subject.sink.writeSync?.(batch, undefined);
    if (result === undefined) return;
    subject.expect(outOf(result)).toBe(50);
    subject.expect([...batch.bytes()]).toEqual(before);
    await expectDelivered(subject, linesOf(batch));
  },
  "has nothing to say for empty last words": async (subject: Subject) => {
    subject.expect(outOf(subject.sink.writeSync?.(createBatch([]), undefined) ?? 0)).toBe(0);
    await expectDelivered(subject, []);
  },
  "finishes a write under way before its last words": async (subject: Subject) => {
    const [first, last] = [makeBatch(0, 2000), makeBatch(2000, 50)];
    const done = await interruptWrite(subject, first, last);
    if (done === undefined) return;
    subject.expect(done).toBe(2050);
    await expectDelivered(subject, [...linesOf(first), ...linesOf(last)]);
  },
  "finishes a write under way that nothing follows": async (subject: Subject) => {
    const first = makeBatch(0, 2000);
    const done = await interruptWrite(subject, first, createBatch([]));
    if (done === undefined) return;
    subject.expect(done).toBe(2000);
    await expectDelivered(subject, linesOf(first));
  },
  "claims no last words that did not get out": async (subject: Subject) => {
    await subject.breakDestination?.();
    const done = await interruptWrite(subject, makeBatch(0, 100), makeBatch(100, 50));
    await subject.close();
    const out = (await subject.received()).length;
    subject.expect((done ?? 0) <= out, `${done} records claimed, ${out} out`).toBe(true);
  },
  "answers failure with a result": async (subject: Subject) => {
    await subject.breakDestination?.();
    const result = await subject.write(makeBatch(0, 10));
    subject.expect(["retry", "drop"]).toContain(result.outcome);
    subject.expect("reason" in result && result.reason !== "", "a failure has a reason").toBe(true);
  },
} as const satisfies Readonly<Record<string, (subject: Subject) => Promise<void> | void>>;

function toSubject(made: SinkUnderTest, runner: TestRunner): Subject {
  return {
    ...made,
    expect: runner.expect,
    write: (batch) => inTime(made.sink.write(batch, new AbortController().signal), "write"),
    close: () => inTime(made.sink.close(new AbortController().signal), "close"),
  };
}

/**
 * Runs the obligations of the sink contract against a sink. `make` is called anew for each of them. A sink that cannot be made to fail leaves
 * `breakDestination` out and declares the deviation.
 *
 * @example
 * import { describe, expect, it } from "vitest";
 * testSink("my sink", () => ({ sink: mySink({ path }), received: () => readLines(path) }), { runner: { describe, expect, it } });
 */
export function testSink(
  name: string,
  make: () => Promise<SinkUnderTest> | SinkUnderTest,
  options: SinkSuiteOptions,
): void {
  runSuite({
    ...options,
    title: `${name} as a sink`,
    obligations,
    open: async () => toSubject(await make(), options.runner),
    end: async ({ sink, dispose }) => {
      try {
        await inTime(sink.close(AbortSignal.timeout(settleMs)), "close");
      } finally {
        await dispose?.();
      }
    },
  });
}

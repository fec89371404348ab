import {
  type EncodedRecord,
  type Level,
  levels,
  pluginApiVersion,
  type Sink,
  type WriteResult,
} from "@taffrail/contracts";

/** The parts of a test runner that the suite uses; vitest, jest and `node:test` with an `expect` all have them. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it: TestFunction & { skip: TestFunction };
  expect(value: unknown, message?: string): Expectation;
}
type TestFunction = (name: string, body: () => Promise<void> | void) => void;
interface Expectation {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toContain(expected: unknown): void;
}

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

export interface SinkSuiteOptions {
  readonly runner: TestRunner;
  /** Obligations that this sink does not meet, each with the reason. They are shown as skipped, with the reason in their name. */
  readonly deviations?: Readonly<Partial<Record<SinkObligation, string>>>;
}

interface Subject extends SinkUnderTest {
  readonly expect: TestRunner["expect"];
  /** Writes a batch with a signal that never aborts. */
  write(batch: readonly EncodedRecord[]): Promise<WriteResult>;
  close(): Promise<void>;
}

const settleMs = 5000;

/** A batch of numbered lines; `text` goes into each of them. */
function makeBatch(from: number, count: number, text = "plain"): EncodedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const level: Level = levels[(from + index) % levels.length] ?? "info";
    const record = { time: "2026-11-22T09:00:00.000Z", level, service: "suite", msg: text, sequence: from + index };
    return { level, line: `${JSON.stringify(record)}\n` };
  });
}

function linesOf(batch: readonly EncodedRecord[]): string[] {
  return batch.map((record) => record.line.trimEnd());
}

/** Rejects when the work does not settle in time: a sink that hangs must fail a test, not the whole run. */
async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle within ${settleMs} ms`)), settleMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function expectDelivered(subject: Subject, expected: readonly string[]): Promise<void> {
  await subject.close();
  subject.expect([...(await subject.received())]).toEqual(expected);
}

const awkward = 'quotes " and \\ and \u2028, tabs \t, 漢字, 😀 and \u0000';

const obligations = {
  "describes itself": async ({ sink, expect }: Subject) => {
    expect(sink.manifest.kind).toBe("sink");
    expect(sink.manifest.apiVersion).toBe(pluginApiVersion);
    expect(/^[a-z][a-z0-9-]*$/.test(sink.manifest.name), `manifest.name ${sink.manifest.name}`).toBe(true);
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
  "takes an empty batch": async (subject: Subject) => {
    subject.expect((await subject.write([])).outcome).toBe("ok");
    await expectDelivered(subject, []);
  },
  "does not change its batch": async (subject: Subject) => {
    const batch = Object.freeze(makeBatch(0, 10).map((record) => Object.freeze(record)));
    subject.expect((await subject.write(batch)).outcome).toBe("ok");
  },
  "settles when it is aborted": async (subject: Subject) => {
    const result = await inTime(subject.sink.write(makeBatch(0, 10), AbortSignal.abort()), "an aborted write");
    subject.expect(["ok", "retry"]).toContain(result.outcome);
  },
  "reports its health": async ({ sink, expect }: Subject) => {
    expect(["healthy", "degraded", "unhealthy", undefined]).toContain(sink.health?.().status);
  },
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
    const done = subject.sink.writeSync?.(batch);
    if (done === undefined) return;
    subject.expect(done).toBe(50);
    await expectDelivered(subject, linesOf(batch));
  },
  "finishes a write under way before its last words": async (subject: Subject) => {
    if (subject.sink.writeSync === undefined) return;
    const [first, last] = [makeBatch(0, 2000), makeBatch(2000, 50)];
    const writing = subject.write(first);
    const done = subject.sink.writeSync(last);
    await writing;
    subject.expect(done).toBe(50);
    await expectDelivered(subject, linesOf([...first, ...last]));
  },
  "answers failure with a result": async (subject: Subject) => {
    await subject.breakDestination?.();
    const result = await subject.write(makeBatch(0, 10));
    subject.expect(["retry", "drop"]).toContain(result.outcome);
    subject.expect("reason" in result && result.reason !== "", "a failure has a reason").toBe(true);
  },
} as const satisfies Readonly<Record<string, (subject: Subject) => Promise<void>>>;

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
  { runner, deviations = {} }: SinkSuiteOptions,
): void {
  runner.describe(`${name} as a sink`, () => {
    for (const [obligation, check] of Object.entries(obligations)) {
      const reason = deviations[obligation as SinkObligation];
      if (reason !== undefined) {
        runner.it.skip(`${obligation} (declared deviation: ${reason})`, () => {});
        continue;
      }
      runner.it(obligation, async () => {
        const made = await make();
        try {
          await check(toSubject(made, runner));
        } finally {
          await made.sink.close(AbortSignal.timeout(settleMs));
          await made.dispose?.();
        }
      });
    }
  });
}

import {
  type EncodedRecord,
  type Level,
  ledgerFault,
  type Sink,
  systemClock,
  type WriteResult,
} from "@taffrail/contracts";
import { createRandom, recorder } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { defaultRetry } from "./backoff.ts";
import { Pipeline, type PipelineOptions } from "./pipeline.ts";
import { thresholdRank } from "./ranks.ts";
import type { SinkRoute } from "./routes.ts";
import { healthOfSinks } from "./testdata/pipelines.ts";

const settings: Omit<PipelineOptions, "routes"> = {
  bufferBytes: 1024 * 1024,
  overflow: "drop-new",
  retry: { ...defaultRetry, minDelayMs: 1, maxDelayMs: 4 },
  writeTimeoutMs: 1000,
  clock: systemClock,
  random: Math.random,
  onProblem: () => {},
};

const open = (routes: readonly SinkRoute[], other: Partial<PipelineOptions> = {}): Pipeline =>
  new Pipeline({ ...settings, ...other, routes });

/** A sink whose writes end when the test says so. */
function gate(results: readonly WriteResult[] = []): Sink & { open(): void; readonly seen: EncodedRecord[][] } {
  const seen: EncodedRecord[][] = [];
  let opened = (): void => {};
  const promise = new Promise<void>((resolve) => {
    opened = resolve;
  });
  let calls = 0;
  return {
    ...recorder(),
    seen,
    open: () => opened(),
    async write(batch) {
      seen.push([...batch.records()]);
      await promise;
      return results[calls++] ?? { outcome: "ok" };
    },
  };
}

function push(pipeline: Pipeline, line: string, level: Level): void {
  const rank = thresholdRank(level);
  pipeline.push(line, rank, pipeline.routesOf(rank));
}

function pushMany(pipeline: Pipeline, count: number, level: Level = "info"): void {
  for (let index = 0; index < count; index++) push(pipeline, `{"n":${index}}\n`, level);
}

describe("ledger", () => {
  it("counts each record once overall and once for each sink", async () => {
    const pipeline = open([{ sink: recorder() }, { sink: recorder(), level: "error" }]);
    pushMany(pipeline, 5, "info");
    pushMany(pipeline, 2, "error");
    expect(pipeline.ledger()).toMatchObject({ accepted: 7, pending: 7, delivered: 0 });
    const ledger = await pipeline.close(1000);
    expect(ledger).toEqual({
      accepted: 7,
      delivered: 7,
      filtered: 0,
      dropped: {},
      pending: 0,
      sinks: {
        recorder: { accepted: 7, delivered: 7, filtered: 0, dropped: {}, pending: 0 },
        "recorder#2": { accepted: 7, delivered: 2, filtered: 5, dropped: {}, pending: 0 },
      },
    });
  });

  it("counts a record that no sink wants as filtered", async () => {
    const pipeline = open([{ sink: recorder(), level: "error" }]);
    pushMany(pipeline, 3);
    expect(pipeline.ledger()).toMatchObject({ accepted: 3, filtered: 3, pending: 0 });
    const none = open([]);
    pushMany(none, 2);
    expect(none.ledger()).toMatchObject({ accepted: 2, filtered: 2, pending: 0 });
  });

  it("counts refused, partly refused and never accepted batches by reason", async () => {
    const sink = gate([
      { outcome: "partial", refused: 3, reason: "bad lines" },
      { outcome: "drop", reason: "no" },
    ]);
    const pipeline = open([{ sink: { ...sink, batching: { maxRecords: 10 } } }]);
    pushMany(pipeline, 25);
    sink.open();
    const ledger = await pipeline.close(1000);
    expect(ledger).toMatchObject({ accepted: 25, delivered: 12, dropped: { "sink-refused": 13 }, pending: 0 });
  });

  it("counts records after close, and those that could not be encoded", async () => {
    const pipeline = open([{ sink: recorder() }]);
    pipeline.refuse();
    await pipeline.close(1000);
    pushMany(pipeline, 2);
    expect(pipeline.ledger()).toMatchObject({ accepted: 3, dropped: { closed: 2, "encode-failed": 1 }, pending: 0 });
  });

  const seed = Number(process.env.TAFFRAIL_SEED ?? 4318);
  it(`balances at every moment with sinks that fail at random (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const flaky = (): Sink => ({
      ...recorder(),
      async write(batch) {
        await new Promise((resolve) => setTimeout(resolve, random.integer(0, 2)));
        if (random.next() < 0.1) throw new Error("a bug");
        return random.pick<WriteResult>([
          { outcome: "ok" },
          { outcome: "ok" },
          { outcome: "retry", reason: "later" },
          { outcome: "drop", reason: "never" },
          { outcome: "partial", refused: random.integer(-1, batch.size + 1), reason: "some" },
        ]);
      },
    });
    const retry = { minDelayMs: 1, maxDelayMs: 2, retryForMs: 5 };
    const pipeline = open(
      [{ sink: flaky() }, { sink: flaky(), level: "warn" }, { sink: { ...flaky(), batching: { lingerMs: 3 } } }],
      { retry, bufferBytes: 8000, overflow: random.pick(["drop-new", "drop-old"]) },
    );
    for (let round = 0; round < 200; round++) {
      pushMany(pipeline, random.integer(0, 40), random.pick(["info", "warn", "error"]));
      if (random.next() < 0.3) await new Promise((resolve) => setTimeout(resolve, 1));
      const { sinks, ...overall } = pipeline.ledger();
      for (const ledger of [overall, ...Object.values(sinks)]) expect(ledgerFault(ledger)).toBe(undefined);
    }
    const { sinks, ...overall } = await pipeline.close(5000);
    for (const ledger of [overall, ...Object.values(sinks)]) {
      expect(ledgerFault(ledger)).toBe(undefined);
      expect(ledger.pending).toBe(0);
      expect(ledger.accepted).toBe(overall.accepted);
    }
  });
});

describe("buffer", () => {
  it("drops new records when it is full, and keeps a reserve for errors", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 10_000 });
    pushMany(pipeline, 600, "info");
    const before = pipeline.ledger();
    expect(before.dropped["buffer-full"]).toBeGreaterThan(100);
    push(pipeline, '{"n":1}\n', "error");
    expect(pipeline.ledger().dropped).toEqual(before.dropped);
    pushMany(pipeline, 600, "fatal");
    expect(pipeline.ledger().pending).toBeLessThanOrEqual(420);
    sink.open();
    const ledger = await pipeline.close(1000);
    expect(ledger.delivered).toBeGreaterThan(300);
    expect(ledger.pending).toBe(0);
  });

  it("drops the oldest records when it is told so", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 4000, overflow: "drop-old" });
    pushMany(pipeline, 300);
    sink.open();
    await pipeline.close(1000);
    expect(sink.seen.flat().at(-1)?.line).toBe('{"n":299}\n');
    expect(pipeline.ledger().dropped["buffer-full"]).toBeGreaterThan(150);
  });

  it("counts what is being written as memory too", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 4000 });
    pushMany(pipeline, 50);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sink.seen.length).toBe(1);
    pushMany(pipeline, 200);
    expect(pipeline.ledger().pending).toBeLessThanOrEqual(100);
    sink.open();
    await pipeline.close(1000);
  });

  it("drops a record that is larger than the whole buffer", () => {
    const pipeline = open([{ sink: recorder() }], { bufferBytes: 1024 });
    push(pipeline, `{"x":"${"x".repeat(2000)}"}\n`, "fatal");
    expect(pipeline.ledger().dropped).toEqual({ "too-large": 1 });
  });
});

describe("batches", () => {
  it("go one at a time, in order, while new records gather", async () => {
    const sink = gate();
    const pipeline = open([{ sink }]);
    pushMany(pipeline, 3);
    await new Promise((resolve) => setTimeout(resolve, 10));
    pushMany(pipeline, 5);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(sink.seen.map((batch) => batch.length)).toEqual([3]);
    sink.open();
    await pipeline.flush(1000);
    expect(sink.seen.map((batch) => batch.length)).toEqual([3, 5]);
    await pipeline.close(1000);
  });

  it("come again, the same, until they are taken", async () => {
    const sink = gate([
      { outcome: "retry", reason: "busy" },
      { outcome: "retry", reason: "busy", afterMs: 5 },
    ]);
    const pipeline = open([{ sink }]);
    pushMany(pipeline, 3);
    sink.open();
    const ledger = await pipeline.flush(1000);
    expect(ledger).toMatchObject({ delivered: 3, pending: 0 });
    expect(sink.seen.length).toBe(3);
    expect(sink.seen[2]).toEqual(sink.seen[0]);
    await pipeline.close(1000);
  });

  it("are given up after the retry time", async () => {
    const sink: Sink = { ...recorder(), write: async () => ({ outcome: "retry", reason: "never" }) };
    const pipeline = open([{ sink }], { retry: { minDelayMs: 1, maxDelayMs: 2, retryForMs: 20 } });
    pushMany(pipeline, 3);
    const ledger = await pipeline.flush(2000);
    expect(ledger).toMatchObject({ dropped: { "retries-exhausted": 3 }, pending: 0 });
    await pipeline.close(1000);
  });

  it("are aborted after the write time, and come again", async () => {
    let calls = 0;
    const sink: Sink = {
      ...recorder(),
      write: (_, signal) =>
        new Promise((resolve) => {
          calls += 1;
          if (calls > 1) resolve({ outcome: "ok" });
          signal.addEventListener("abort", () => resolve({ outcome: "retry", reason: "aborted" }));
        }),
    };
    const pipeline = open([{ sink }], { writeTimeoutMs: 20 });
    pushMany(pipeline, 1);
    const ledger = await pipeline.flush(2000);
    expect({ calls, delivered: ledger.delivered }).toEqual({ calls: 2, delivered: 1 });
    await pipeline.close(1000);
  });

  it("wait for company when the sink likes that, but not the first one, and not when somebody flushes", async () => {
    const sink = gate();
    sink.open();
    const pipeline = open([{ sink: { ...sink, batching: { lingerMs: 10_000, maxRecords: 4 } } }]);
    pushMany(pipeline, 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sink.seen.length).toBe(1);
    pushMany(pipeline, 3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sink.seen.length).toBe(1);
    pushMany(pipeline, 1);
    expect(sink.seen.length).toBe(2);
    pushMany(pipeline, 2);
    await pipeline.flush(1000);
    expect(sink.seen.map((batch) => batch.length)).toEqual([2, 4, 2]);
    await pipeline.close(1000);
  });
});

describe("close", () => {
  it("gives up after its deadline, counts the rest and still closes the sinks", async () => {
    const sink = gate();
    let closed = 0;
    const close = async (): Promise<void> => {
      closed += 1;
    };
    const pipeline = open([{ sink: { ...sink, close, batching: { maxRecords: 2 } } }]);
    pushMany(pipeline, 5);
    const ledger = await pipeline.close(30);
    expect(ledger).toMatchObject({ accepted: 5, dropped: { deadline: 5 }, pending: 0 });
    expect(closed).toBe(1);
    sink.open();
    expect((await pipeline.close(30)).dropped).toEqual({ deadline: 5 });
    expect(closed).toBe(1);
  });

  it("survives sinks that throw from every member", async () => {
    const fail = (): never => {
      throw new Error("from a member");
    };
    const told: string[] = [];
    const sink = { ...recorder(), write: fail, writeSync: fail, flush: fail, health: fail, close: fail };
    const pipeline = open([{ sink }], {
      retry: { ...settings.retry, retryForMs: 3 },
      onProblem: (text) => told.push(text),
    });
    pushMany(pipeline, 2);
    expect(healthOfSinks(pipeline).status).toBe("unhealthy");
    pipeline.drainSync(false);
    pushMany(pipeline, 2);
    const ledger = await pipeline.close(500);
    expect(ledgerFault(ledger)).toBe(undefined);
    expect(told[0]).toContain("from a member");
  });

  it("never settles a flush before its records, whatever is dropped meanwhile", async () => {
    const sink = gate();
    const pipeline = open([{ sink }], { bufferBytes: 2000, overflow: "drop-old" });
    pushMany(pipeline, 2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    let flushed = false;
    const flush = pipeline.flush(5000).then(() => {
      flushed = true;
    });
    pushMany(pipeline, 100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(flushed).toBe(false);
    sink.open();
    await flush;
    await pipeline.close(1000);
  });
});

describe("health and problems", () => {
  it("is degraded while a sink fails, and tells it once", async () => {
    const told: string[] = [];
    const sink = gate([{ outcome: "retry", reason: "connection refused", afterMs: 10_000 }]);
    const pipeline = open([{ sink }], {
      retry: { ...defaultRetry, retryForMs: 60_000 },
      onProblem: (text) => told.push(text),
    });
    pushMany(pipeline, 1);
    sink.open();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(healthOfSinks(pipeline)).toMatchObject({
      status: "degraded",
      sinks: { recorder: { status: "degraded", detail: "connection refused" } },
    });
    await pipeline.flush(1000);
    expect(healthOfSinks(pipeline).status).toBe("healthy");
    expect(told).toEqual(["sink recorder failed: connection refused"]);
    await pipeline.close(1000);
  });
});

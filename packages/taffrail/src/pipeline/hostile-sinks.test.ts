import type { Batching, Health, Sink, WriteResult } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { oneLine, plainWords } from "./plain-words.ts";
import { expectBalance, open, pause, pushMany, until } from "./testdata/pipelines.ts";

const unspeakable: unknown = Object.create(null);
const nothing: unknown = undefined;
const word: unknown = "many";
const rejections: unknown[] = [];
const note = (error: unknown): void => {
  rejections.push(error);
};
beforeEach(() => {
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
  expect(rejections.splice(0)).toEqual([]);
});

/** A sink whose first answer is as given; later ones are good. */
function answering(first: () => unknown): Sink {
  let calls = 0;
  const write = (): Promise<WriteResult> => {
    calls += 1;
    return calls === 1 ? (first() as Promise<WriteResult>) : Promise.resolve({ outcome: "ok" });
  };
  const { writeSync: _, ...rest } = recorder();
  return { ...rest, write };
}

describe("a sink that answers nonsense", () => {
  const cases: readonly (readonly [string, "throw" | "invalid" | "retry", () => unknown])[] = [
    ["rejects with what is no text", "throw", () => Promise.reject(unspeakable)],
    [
      "rejects with an error whose message is a number",
      "throw",
      async () => Promise.reject(Object.assign(new Error(), { message: 7 })),
    ],
    [
      "throws what is no text",
      "throw",
      () => {
        throw unspeakable;
      },
    ],
    ["answers an outcome that is no text", "invalid", async () => ({ outcome: unspeakable })],
    [
      "answers with an outcome that throws",
      "invalid",
      async () => ({
        get outcome() {
          throw unspeakable;
        },
      }),
    ],
    ["answers nothing", "invalid", async () => undefined],
    ["answers the name of a member of all objects", "invalid", async () => ({ outcome: "toString" })],
    ["gives a reason that is a number", "retry", async () => ({ outcome: "retry", reason: 5 })],
    ["gives a reason that is no text", "retry", async () => ({ outcome: "retry", reason: unspeakable })],
  ];
  for (const [name, kind, first] of cases) {
    it(`that ${name} is tried again, and it is counted as ${kind}`, async () => {
      const pipeline = open([{ sink: answering(first) }]);
      pushMany(pipeline, 3);
      const ledger = await pipeline.flush(2000);
      expect(ledger).toMatchObject({ accepted: 3, delivered: 3, pending: 0 });
      expect(pipeline.stats().sinks[0]?.errors).toMatchObject({ [kind]: 1 });
      await pipeline.close(1000);
      await pause(1);
    });
  }

  it("counts as refused what is a number, and no more than there are", async () => {
    for (const [refused, dropped] of [
      [NaN, 0],
      [-5, 0],
      [1e9, 10],
      [2.7, 2],
      [unspeakable, 0],
    ] as const) {
      const answer = async () => ({ outcome: "partial", refused, reason: "some" });
      const pipeline = open([{ sink: answering(answer) }]);
      pushMany(pipeline, 10);
      expect(await pipeline.flush(2000)).toMatchObject({ delivered: 10 - dropped, pending: 0 });
      expectBalance(pipeline);
      await pipeline.close(1000);
    }
  });
});

describe("a sink whose other members fail", () => {
  it("says so in health, and neither flush nor close nor a start reject", async () => {
    const fail = (): never => {
      throw unspeakable;
    };
    const told: string[] = [];
    const sink: Sink = { ...recorder(), health: fail, flush: fail, close: async () => fail() };
    const pipeline = open([{ sink }], { onProblem: (message) => told.push(message) });
    pushMany(pipeline, 1);
    expect(await pipeline.flush(1000)).toMatchObject({ delivered: 1 });
    expect(pipeline.stats().sinks[0]?.health).toEqual({
      status: "unhealthy",
      detail: "an error that cannot be read",
    });
    expect(await pipeline.close(1000)).toMatchObject({ delivered: 1 });
    expect(told.join()).toContain("failed: an error that cannot be read");
    for (const start of [fail, async () => fail()]) {
      const unready = open([{ sink: { ...recorder(), start } }]);
      await until(() => unready.stats().sinks[0]?.health.detail?.includes("it could not start") === true);
      await unready.close(100);
    }
  });

  it("is unhealthy when what it says is no health, and its words command no terminal", async () => {
    const health = { status: "degraded", detail: "\u001b[2Jevil\nline" } as const;
    const odd: readonly unknown[] = [undefined, 5, { status: "fine" }];
    const routes = [health, ...odd].map((answer) => ({ sink: { ...recorder(), health: () => answer as Health } }));
    const pipeline = open(routes);
    const [first, none, ...others] = pipeline.stats().sinks.map((sink) => sink.health);
    expect(first).toEqual({ status: "degraded", detail: "\\x1b[2Jevil\\x0aline" });
    expect(none).toEqual({ status: "healthy" });
    for (const other of others) expect(other.status).toBe("unhealthy");
    await pipeline.close(100);
  });
});

describe("wishes about batches that are no numbers", () => {
  const wishes: readonly Batching[] = [
    { maxRecords: 0 },
    { maxRecords: -1 },
    { maxRecords: Number.NaN },
    { maxRecords: nothing as number },
    { maxCharacters: 0 },
    { maxCharacters: word as number },
    { lingerMs: Number.NaN },
    { lingerMs: Number.POSITIVE_INFINITY },
    { lingerMs: -1 },
  ];
  it("give way to the defaults: everything is delivered", async () => {
    for (const batching of wishes) {
      const sink = { ...recorder(), batching };
      const pipeline = open([{ sink }]);
      pushMany(pipeline, 10);
      await until(() => pipeline.ledger().delivered === 10);
      await pipeline.close(100);
    }
  });
});

describe("writeSync", () => {
  it("that answers no number of records has written none", async () => {
    for (const [answer, delivered] of [
      [NaN, 0],
      ["x", 0],
      [-1, 0],
      [undefined, 0],
      [unspeakable, 0],
      [1e9, 10],
    ] as const) {
      const writeSync = (): number => answer as number;
      const pipeline = open([{ sink: { ...recorder(), writeSync } }]);
      pushMany(pipeline, 10);
      pipeline.drainSync(false);
      expect(pipeline.ledger()).toMatchObject({ accepted: 10, delivered, pending: 10 - delivered });
      expectBalance(pipeline);
      await pipeline.close(1000);
    }
  });
});

describe("a sink that never ends anything", () => {
  it("has one deadline for its writes and its close together", async () => {
    const order: string[] = [];
    const never = (): Promise<never> => new Promise(() => {});
    const close = (signal: AbortSignal): Promise<void> => {
      signal.addEventListener("abort", () => order.push("aborted"));
      setTimeout(() => order.push("half the deadline"), 200);
      return never();
    };
    const { writeSync: _, ...rest } = recorder();
    const pipeline = open([{ sink: { ...rest, write: never, flush: never, close } }]);
    pushMany(pipeline, 1);
    // The writes use up the deadline of 400 ms; what is left for the close is 100 ms, not 400 again.
    expect(await pipeline.close(400)).toMatchObject({ dropped: { deadline: 1 } });
    await until(() => order.length === 2);
    expect(order).toEqual(["aborted", "half the deadline"]);
  });
});

describe("lines of other signals", () => {
  it("that are no text, or of no signal, are counted as invalid and open nothing", async () => {
    const pipeline = open([{ sink: { ...recorder(), signals: ["logs", "traces", "metrics"] } }]);
    for (const odd of [undefined, null, 5, {}, unspeakable]) pipeline.emit("metrics", odd as string);
    pipeline.emit("zzz" as "traces", "{}\n");
    pipeline.emit("logs", "{}\n");
    pipeline.emit(unspeakable as "traces", "{}\n");
    pipeline.emit("metrics", "{}\n");
    const ledger = await pipeline.flush(1000);
    expect(ledger).toMatchObject({ accepted: 3, delivered: 0, dropped: { invalid: 3 }, pending: 0 });
    expect(Object.keys(ledger.signals ?? {})).toEqual(["metrics"]);
    expect(ledger.signals?.metrics).toMatchObject({ accepted: 6, delivered: 1, dropped: { invalid: 5 }, pending: 0 });
    expectBalance(pipeline);
    await pipeline.close(1000);
  });
});

describe("plain words", () => {
  it("are one bounded line, whatever they are made of", () => {
    expect(plainWords(new Error("a\u001b[2J\r\nb"))).toBe("a\\x1b[2J\\x0d\\x0ab");
    expect(plainWords("\u0007".repeat(1000)).length).toBe(300);
    expect(oneLine("x\ty", 100)).toBe("x\\x09y");
    for (const value of [unspeakable, Symbol("a"), 1n, null, undefined, new Proxy({}, { get: () => unspeakable })]) {
      expect(typeof plainWords(value)).toBe("string");
    }
  });
});

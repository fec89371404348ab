import { EventEmitter } from "node:events";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { ledgerFault, type TaffrailError } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { withContext } from "../context.ts";
import { createLogger } from "../logger.ts";
import { bindContext } from "./bind-context.ts";
import { currentBaggage, withBaggage } from "./context-baggage.ts";
import { createLife, lifeFields, lifeOf } from "./context-end.ts";
import { extractContext, runWithCarrier } from "./incoming.ts";
import { injectContext, traceHeaders } from "./outgoing.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const traceparent = `00-${traceId}-${spanId}-01`;
const carrier = { traceparent, tracestate: "rojo=1", baggage: "tenant=acme,secret=x" };
const ids = { hex: (bytes: number) => "ab".repeat(bytes) };

afterEach(() => {
  context.disable();
});

async function linesOf(
  run: (log: ReturnType<typeof createLogger>) => unknown,
): Promise<readonly Record<string, unknown>[]> {
  const recorded = recorder();
  const log = createLogger({ service: "test", level: "trace", sinks: [recorded], signals: [] });
  await run(log);
  expect(ledgerFault(await log.close())).toBe(undefined);
  return recorded.records.map(({ time, level, service, ...rest }) => rest);
}

describe("a trace of our own", () => {
  it("stands on every line inside, across awaits, loggers and nested contexts, with a span id of this run", async () => {
    const lines = await linesOf(async (log) => {
      await runWithCarrier(
        carrier,
        async () => {
          log.info("first", { a: 1 });
          await new Promise((resolve) => setTimeout(resolve, 1));
          withContext({ step: 2 }, () => log.child({ module: "m" }).info("second"));
        },
        { ids },
      );
      log.info("outside");
    });
    const span_id = "ab".repeat(8);
    expect(lines).toEqual([
      { msg: "first", a: 1, trace_id: traceId, span_id },
      { msg: "second", step: 2, module: "m", trace_id: traceId, span_id },
      { msg: "outside" },
    ]);
  });

  it("begins anew where none comes in, or none that is valid", () => {
    for (const headers of [{}, { traceparent: "00-zz" }, { traceparent: [traceparent, traceparent] }]) {
      const sent = runWithCarrier({ ...headers, tracestate: "rojo=1" }, () => traceHeaders(), { ids });
      expect(sent).toEqual({ traceparent: `00-${"ab".repeat(16)}-${"ab".repeat(8)}-01` });
    }
  });

  it("gives each run ids of its own", () => {
    const seen = new Set(Array.from({ length: 100 }, () => runWithCarrier({}, () => traceHeaders().traceparent)));
    expect(seen.size).toBe(100);
  });

  it("is passed on with the caller's state and decision, and this run as the parent", () => {
    const sent = runWithCarrier({ ...carrier, traceparent: `00-${traceId}-${spanId}-00` }, () => traceHeaders(), {
      ids,
    });
    expect(sent).toEqual({
      traceparent: `00-${traceId}-${"ab".repeat(8)}-00`,
      tracestate: "rojo=1",
      baggage: "tenant=acme,secret=x",
    });
  });

  it("yields to an active OpenTelemetry span, on lines and in headers", async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 0 };
    const invalid = { ...span, traceId: "0".repeat(32) };
    const inSpan = (of: typeof span, fn: () => void): void =>
      context.with(trace.setSpan(context.active(), trace.wrapSpanContext(of)), fn);
    const sent: unknown[] = [];
    const lines = await linesOf((log) =>
      runWithCarrier(
        { traceparent },
        () => {
          for (const of of [span, invalid]) {
            inSpan(of, () => {
              log.info("x");
              sent.push(traceHeaders().traceparent);
            });
          }
        },
        { ids },
      ),
    );
    expect(lines.map(({ trace_id }) => trace_id)).toEqual([span.traceId, traceId]);
    expect(sent).toEqual([`00-${span.traceId}-${span.spanId}-00`, `00-${traceId}-${"ab".repeat(8)}-01`]);
  });
});

describe("what leaves the process", () => {
  it("fields: nothing outside of a context, and no context field that is not named", () => {
    expect(traceHeaders()).toEqual({});
    const fields = { userId: 7, password: "hunter2", cart: { items: 3 }, tenant: "acme gmbh" };
    withContext(fields, () => {
      expect(traceHeaders()).toEqual({});
      expect(traceHeaders({ fields: ["userId", "tenant", "cart", "absent"] })).toEqual({
        baggage: "userId=7,tenant=acme%20gmbh",
      });
    });
  });

  it("is baggage that was given, over a field of its name", () => {
    withContext({ tenant: "field" }, () =>
      withBaggage({ tenant: "given", plan: "pro" }, () =>
        withBaggage({ plan: "free" }, () => {
          expect(traceHeaders({ fields: ["tenant"] }).baggage).toBe("tenant=given,plan=free");
          expect([...currentBaggage()]).toEqual([
            ["tenant", "given"],
            ["plan", "free"],
          ]);
        }),
      ),
    );
    expect(currentBaggage().size).toBe(0);
  });
});

describe("carriers", () => {
  const written = (make: () => object, options = {}) => runWithCarrier(carrier, () => injectContext(make(), options));
  const buffers = (headers: object) =>
    Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))]));

  it.each([
    ["data of a job", written(() => ({ orderId: 1 }))],
    ["JSON of it", JSON.parse(JSON.stringify(written(() => ({}))))],
    ["Headers", written(() => new Headers())],
    ["a Map", written(() => new Map())],
    ["SQS attributes", written(() => ({}), { form: "sqs" })],
    ["Kafka headers as Buffers", buffers(written(() => ({})))],
    [
      "Kafka headers as lists",
      { traceparent: [Buffer.from(traceparent)], baggage: [Buffer.from("tenant=acme"), "b=1"] },
    ],
    ["Lambda's SQS attributes", { traceparent: { stringValue: traceparent }, baggage: { stringValue: "tenant=acme" } }],
    ["other case", { TraceParent: traceparent, BAGGAGE: "tenant=acme" }],
  ])("%s", (_, form) => {
    const read = extractContext(form, { fields: ["tenant", "absent"] });
    expect([read.trace?.traceId, read.fields]).toEqual([traceId, { tenant: "acme" }]);
  });

  it("that are anything else bring nothing, and break nothing", () => {
    const nasty = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
        get: () => {
          throw new Error("no");
        },
      },
    );
    for (const value of [
      nasty,
      { traceparent: 1 },
      { traceparent: {} },
      { traceparent: [[]] },
      { baggage: "x".repeat(1e6) },
    ]) {
      expect(extractContext(value)).toEqual({ trace: undefined, baggage: new Map(), fields: {} });
    }
  });

  it("fields: members of the baggage that are named, on lines", async () => {
    const lines = await linesOf((log) => runWithCarrier(carrier, () => log.info("x"), { fields: ["tenant"], ids }));
    expect(lines).toEqual([{ msg: "x", tenant: "acme", trace_id: traceId, span_id: "ab".repeat(8) }]);
  });

  it.each([
    ["traceHeaders", () => traceHeaders({ fields: "all" } as never), "option_invalid"],
    ["injectContext", () => injectContext({}, { form: "xml" } as never), "option_invalid"],
    ["extractContext", () => extractContext({}, { field: [] } as never), "option_unknown"],
    ["runWithCarrier", () => runWithCarrier({}, () => 1, { ids: 1 } as never), "option_invalid"],
  ])("%s refuses options that are wrong", (_, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }) as TaffrailError);
  });

  it("ids: the span id of a run, and the trace id where one begins, come from it", async () => {
    const own = { ids: { hex: (bytes: number) => "c1".repeat(bytes) } };
    const lines = await linesOf((log) => {
      runWithCarrier(carrier, () => log.info("taken over"), own);
      runWithCarrier({}, () => log.info("begun"), own);
    });
    expect(lines).toEqual([
      { msg: "taken over", trace_id: traceId, span_id: "c1".repeat(8) },
      { msg: "begun", trace_id: "c1".repeat(16), span_id: "c1".repeat(8) },
    ]);
  });
});

describe("injectContext", () => {
  const sent = `00-${traceId}-${"ab".repeat(8)}-01`;
  const baggage = "tenant=acme,secret=x";
  it.each([
    [undefined, { traceparent: sent, tracestate: "rojo=1", baggage }],
    ["text", { traceparent: sent, tracestate: "rojo=1", baggage }],
    [
      "sqs",
      {
        traceparent: { DataType: "String", StringValue: sent },
        tracestate: { DataType: "String", StringValue: "rojo=1" },
        baggage: { DataType: "String", StringValue: baggage },
      },
    ],
  ] as const)("form: %s", (form, expected) => {
    const message = { orderId: 7 };
    const options = form === undefined ? {} : { form };
    expect(runWithCarrier(carrier, () => injectContext(message, options), { ids })).toBe(message);
    expect(message).toEqual({ orderId: 7, ...expected });
  });
});

describe("bindContext", () => {
  it("keeps the context for whoever calls later, with this, arguments and result", async () => {
    const emitter = new EventEmitter();
    const lines = await linesOf((log) => {
      withContext({ requestId: "r-1" }, () =>
        emitter.on(
          "data",
          bindContext((n: number) => log.info("data", { n })),
        ),
      );
      emitter.emit("data", 1);
      withContext({ requestId: "r-2" }, () => emitter.emit("data", 2));
    });
    expect(lines).toEqual([
      { msg: "data", requestId: "r-1", n: 1 },
      { msg: "data", requestId: "r-1", n: 2 },
    ]);
    const bound = bindContext(function (this: { base: number }, a: number, b: number) {
      return this.base + a + b;
    });
    expect(bound.call({ base: 1 }, 2, 3)).toBe(6);
  });
});

describe("the life of a request", () => {
  it("is as long as the run of a job, however that ends", async () => {
    const ended: string[] = [];
    const note = (name: string): void => lifeOf()?.onEnd(() => ended.push(name));
    runWithCarrier({}, () => note("returned"));
    expect(() =>
      runWithCarrier({}, () => {
        note("thrown");
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(ended).toEqual(["returned", "thrown"]);
    const fulfilled = runWithCarrier({}, async () => {
      note("fulfilled");
      await new Promise((resolve) => setTimeout(resolve, 1));
      return ended.length;
    });
    const rejected = runWithCarrier({}, async () => {
      note("rejected");
      throw new Error("no");
    });
    await expect(rejected).rejects.toThrow("no");
    expect([await fulfilled, ended.toSorted()]).toEqual([3, ["fulfilled", "rejected", "returned", "thrown"]]);
  });

  it("is shared by nested contexts, and ends once", () => {
    const life = createLife();
    const ends: string[] = [];
    withContext(lifeFields(life), () => {
      lifeOf()?.onEnd(() => ends.push("outer"));
      withContext({ a: 1 }, () => lifeOf()?.onEnd(() => ends.push("inner")));
    });
    expect([ends, life.ended]).toEqual([[], false]);
    life.end();
    life.end();
    life.onEnd(() => ends.push("late"));
    expect([ends, life.ended, lifeOf()]).toEqual([["outer", "inner", "late"], true, undefined]);
  });
});

import { type RecordView, systemClock } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { createPluginHost } from "../plugins/plugin-host.ts";
import { Routes } from "./routes.ts";
import { expectBalance, open, push, pushMany } from "./testdata/pipelines.ts";

const viewOf = (fields: Readonly<Record<string, unknown>>): RecordView => ({
  level: "info",
  audit: false,
  time: 0,
  message: "",
  fields,
  context: undefined,
  traceId: undefined,
  get: (name) => fields[name],
});

describe("Routes", () => {
  it("decide by level, field and predicate", () => {
    const routes = new Routes(
      [
        { sink: recorder() },
        { sink: recorder(), level: "warn" },
        { sink: recorder(), match: { tenant: ["a", "b"], kind: 7 } },
        { sink: recorder(), when: (record) => record.get("tenant") === "c" },
        { sink: recorder(), level: "off" },
      ],
      "logs",
    );
    expect(routes.needsView).toBe(true);
    expect(routes.of(2, viewOf({ tenant: "a", kind: 7 }))).toBe(0b00101);
    expect(routes.of(2, viewOf({ tenant: "a", kind: 8 }))).toBe(0b00001);
    expect(routes.of(4, viewOf({ tenant: "c" }))).toBe(0b01011);
    // Audit records pass every level.
    expect(routes.of(6, viewOf({}))).toBe(0b10011);
    expect(new Routes([{ sink: recorder(), level: "warn" }], "logs").needsView).toBe(false);
  });

  it("let a record go that a predicate cannot judge", () => {
    const when = (): boolean => {
      throw new Error("a bug");
    };
    expect(new Routes([{ sink: recorder(), when }], "logs").of(2, viewOf({}))).toBe(1);
  });
});

describe("a pipeline with routes", () => {
  it("gives each record to its sinks, in order, and the rest is filtered there", async () => {
    const [all, some] = [recorder(), recorder()];
    const pipeline = open([{ sink: all }, { sink: some, match: { tenant: "a" } }]);
    for (let index = 0; index < 200; index++) {
      const tenant = index % 3 === 0 ? "a" : "b";
      pipeline.push(`{"n":${index},"tenant":"${tenant}"}\n`, 2, pipeline.routesOf(2, viewOf({ tenant })));
    }
    expectBalance(pipeline);
    const ledger = await pipeline.close(1000);
    expect(all.records.map((record) => record.n)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(some.records.map((record) => record.n)).toEqual(Array.from({ length: 67 }, (_, index) => index * 3));
    expect(ledger).toMatchObject({ accepted: 200, delivered: 200 });
    expect(ledger.sinks["recorder#2"]).toMatchObject({ accepted: 200, delivered: 67, filtered: 133 });
  });

  it("takes a new level of a sink for what comes from then on", async () => {
    const sink = recorder();
    const pipeline = open([{ sink, name: "main", level: "warn" }]);
    pushMany(pipeline, 3, "info");
    expect(pipeline.setLevel("main", "debug")).toBe(true);
    expect(pipeline.setLevel("nobody", "debug")).toBe(false);
    pushMany(pipeline, 3, "info", 3);
    pipeline.setLevel("main", "off");
    pushMany(pipeline, 3, "fatal", 6);
    pushMany(pipeline, 1, "audit", 9);
    const ledger = await pipeline.close(1000);
    expect(sink.records.map((record) => record.n)).toEqual([3, 4, 5, 9]);
    expect(ledger).toMatchObject({ accepted: 10, delivered: 4, filtered: 6 });
  });

  it("counts what the caller's side filtered, dropped, held and let go", async () => {
    const sink = recorder();
    const pipeline = open([{ sink }]);
    pipeline.filter();
    pipeline.filter(2);
    pipeline.refuse("plugin-failed");
    pipeline.hold();
    pipeline.hold();
    pipeline.hold();
    expect(pipeline.ledger()).toMatchObject({ accepted: 7, filtered: 3, dropped: { "plugin-failed": 1 }, pending: 3 });
    pipeline.release('{"n":1}\n', 1, pipeline.routesOf(1));
    pipeline.unhold(2);
    expectBalance(pipeline);
    expect(await pipeline.close(1000)).toMatchObject({ accepted: 7, filtered: 5, delivered: 1, pending: 0 });
  });

  it("has streams of their own for other signals; sinks that do not take them filter them", async () => {
    const [logs, both] = [recorder(), recorder()];
    const seen: string[] = [];
    const otlp: typeof both = {
      ...both,
      signals: ["logs", "traces"],
      async write(batch, signal) {
        seen.push(`${batch.signal} ${batch.size}`);
        return both.write(batch, signal);
      },
    };
    const pipeline = open([{ sink: logs }, { sink: otlp, level: "error" }]);
    pushMany(pipeline, 3);
    expect(pipeline.ledger().signals).toBe(undefined);
    pipeline.emit("traces", '{"resourceSpans":[]}\n');
    pipeline.emit("metrics", '{"resourceMetrics":[]}\n');
    expectBalance(pipeline);
    const { signals, ...ledger } = await pipeline.close(1000);
    expect(ledger).toMatchObject({ accepted: 3, delivered: 3 });
    expect(signals?.traces).toMatchObject({ accepted: 1, delivered: 1 });
    expect(signals?.traces?.sinks.recorder).toMatchObject({ accepted: 1, filtered: 1 });
    expect(signals?.metrics).toMatchObject({ accepted: 1, filtered: 1, delivered: 0 });
    expect(seen).toEqual(["traces 1"]);
    expect(logs.records.length).toBe(3);
    pipeline.emit("traces", "{}\n");
    expect(pipeline.ledger().signals?.traces).toMatchObject({ accepted: 2, dropped: { closed: 1 } });
  });
});

describe("processors", () => {
  it("work on each line once, in the background and while draining, and what ends there is counted", async () => {
    let calls = 0;
    const { processors } = createPluginHost({
      clock: systemClock,
      problem: () => {},
      emit: () => {},
      plugins: [
        {
          manifest: { name: "sign", kind: "processor", apiVersion: 1, failMode: "closed" },
          process({ line }: { line: string }) {
            calls += 1;
            const { n } = JSON.parse(line) as { n: number };
            if (n % 10 === 3) throw new Error("a bug");
            return n % 10 === 5 ? undefined : line.replace("}", ',"signed":true}');
          },
        } as never,
      ],
    });
    const [first, second] = [recorder(), recorder()];
    const pipeline = open([{ sink: first }, { sink: second, level: "warn" }], { processors });
    pushMany(pipeline, 10);
    expect(calls).toBe(0);
    await pipeline.flush(1000);
    pushMany(pipeline, 10, "warn", 10);
    pipeline.drainSync(true);
    push(pipeline, '{"n":20}\n', "info");
    expectBalance(pipeline);
    expect(calls).toBe(21);
    expect(first.records.length).toBe(17);
    expect(first.records.every((record) => record.signed === true)).toBe(true);
    expect(second.records.length).toBe(8);
    const ledger = await pipeline.close(1000);
    expect(ledger).toMatchObject({ accepted: 21, delivered: 17, filtered: 2, dropped: { "plugin-failed": 2 } });
    expect(ledger.sinks["recorder#2"]).toMatchObject({ accepted: 21, delivered: 8 });
  });
});

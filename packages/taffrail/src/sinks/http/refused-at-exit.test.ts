import { afterEach, describe, expect, it } from "vitest";
import { expectBalance, open, pushMany } from "../../pipeline/testdata/pipelines.ts";
import { httpSink } from "../http-sink.ts";
import { startReceiver } from "../testdata/receiver-thread.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("a receiver that refuses some records at the exit of a process", () => {
  it("gets those behind them all the same, and each is counted as what became of it", async () => {
    const oneRefused = { status: 200, body: JSON.stringify({ rejected: 1, errors: [{ message: "no level" }] }) };
    const receiver = await startReceiver([oneRefused, { status: 400 }]);
    cleanups.push(receiver.stop);
    const sink = httpSink({ url: receiver.url, maxRecords: 10, lingerMs: 1000, lastEffortMs: 20_000 });
    const problems: string[] = [];
    const pipeline = open([{ name: "http", sink }], { onProblem: (message) => problems.push(message) });
    cleanups.push(() => pipeline.close(1000));
    pushMany(pipeline, 100);
    pipeline.drainSync(true);
    expect(pipeline.ledger()).toMatchObject({
      accepted: 100,
      delivered: 89,
      dropped: { "sink-refused": 11 },
      pending: 0,
    });
    expectBalance(pipeline);
    expect(await receiver.received()).toHaveLength(10);
    // The ten of the second request are not taken; of the first one the receiver has what it did not name.
    expect(await receiver.lines()).toHaveLength(90);
    await Promise.resolve();
    expect(problems.join("\n")).toContain("11 dropped (sink-refused) at http");
  });
});

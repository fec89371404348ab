import { type Batch, ledgerFault, type Sink, systemClock } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { rankOf } from "../level-cell.ts";
import { defaultRetry } from "../pipeline/backoff.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import { manifestOf } from "./testdata/make-host.ts";

const numbersOf = (batch: Batch | undefined): number[] =>
  batch?.records().map(({ line }) => (JSON.parse(line) as { n: number }).n) ?? [];

/** A sink whose writes never end, which is asked for its last words, and says of them what the test wants. */
function hanging(claim: (batch: Batch, unfinished: Batch | undefined) => number) {
  const asked: { readonly batch: number[]; readonly unfinished: number[] }[] = [];
  const written: number[][] = [];
  const sink: Sink = {
    manifest: manifestOf("sink"),
    write(batch) {
      written.push(numbersOf(batch));
      return new Promise(() => {});
    },
    writeSync(batch, unfinished) {
      asked.push({ batch: numbersOf(batch), unfinished: numbersOf(unfinished) });
      return claim(batch, unfinished);
    },
    async close() {},
  };
  const pipeline = new Pipeline({
    routes: [{ sink }],
    bufferBytes: 1024 * 1024,
    overflow: "drop-new",
    retry: defaultRetry,
    writeTimeoutMs: 60_000,
    clock: systemClock,
    random: Math.random,
    onProblem: () => {},
  });
  const log = (n: number): void => pipeline.push(`{"n":${n}}\n`, rankOf.info, pipeline.routesOf(rankOf.info));
  return { pipeline, log, asked, written };
}

/** Logs two records that are being written when the process ends, and two more. */
async function endWith(claim: (batch: Batch, unfinished: Batch | undefined) => number) {
  const made = hanging(claim);
  made.log(1);
  made.log(2);
  await new Promise((resolve) => setTimeout(resolve, 20));
  made.log(3);
  made.log(4);
  made.pipeline.drainSync(true);
  const ledger = made.pipeline.ledger();
  expect(ledgerFault(ledger)).toBeUndefined();
  const { asked, written } = made;
  return { asked, written, ledger };
}

const all = (batch: Batch, unfinished: Batch | undefined): number => batch.size + (unfinished?.size ?? 0);

describe("what the pipeline promises a sink at the end of the process", () => {
  it("names the write that is under way as unfinished, before the rest and once", async () => {
    const { asked, written, ledger } = await endWith(all);
    expect(written).toEqual([[1, 2]]);
    expect(asked.flatMap(({ unfinished }) => unfinished)).toEqual([1, 2]);
    expect(asked.flatMap(({ unfinished, batch }) => [...unfinished, ...batch])).toEqual([1, 2, 3, 4]);
    expect(ledger).toMatchObject({ accepted: 4, delivered: 4, pending: 0 });
  });

  it("counts nothing as delivered that the sink does not claim", async () => {
    const none = await endWith(() => 0);
    expect(none.ledger).toMatchObject({ accepted: 4, delivered: 0, pending: 4 });
    const unfinishedOnly = await endWith((_, unfinished) => unfinished?.size ?? 0);
    expect(unfinishedOnly.ledger).toMatchObject({ accepted: 4, delivered: 2, pending: 2 });
  });
});

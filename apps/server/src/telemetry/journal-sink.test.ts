import { createBatch, systemClock, TaffrailError } from "@taffrail/contracts";
import { testSink } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { createIngest } from "../ingest/create-ingest.ts";
import type { AppendRequest } from "../journal/journal.ts";
import { createJournalSink } from "./journal-sink.ts";

/** The suite's lines as the journal has them: one row a line, with short keys. */
function linesOf({ payload }: AppendRequest): string[] {
  const rows = Buffer.from(payload).toString().trimEnd().split("\n");
  return rows.map((text) => {
    const { t, sv, s, b, n } = JSON.parse(text);
    const time = new Date(Number(BigInt(t) / 1_000_000n)).toISOString();
    return JSON.stringify({ time, level: sv, service: s, msg: b, sequence: n.sequence });
  });
}

testSink(
  "the journal sink",
  () => {
    const appended: AppendRequest[] = [];
    let broken = false;
    const ingest = createIngest({
      journal: {
        async append(request) {
          if (broken) throw new TaffrailError("journal_unavailable", { reason: "no space left" });
          appended.push(request);
          return { seqBase: 0n, count: request.count };
        },
      },
      deadLetters: { add: async () => undefined },
      clock: { ...systemClock, now: () => Date.UTC(2026, 10, 22, 9) },
      retentionDays: () => 30,
    });
    return {
      sink: createJournalSink(Promise.resolve(ingest), "default"),
      received: () => appended.flatMap(linesOf),
      breakDestination: () => {
        broken = true;
      },
      dispose: () => ingest.close(),
    };
  },
  { runner: { describe, expect, it } },
);

describe("the journal sink", () => {
  it("waits for a server that is starting, until it is told to stop", async () => {
    const sink = createJournalSink(new Promise(() => undefined), "default");
    const batch = createBatch([{ line: "{}\n", level: "info" }]);
    expect(await sink.write(batch, AbortSignal.timeout(20))).toMatchObject({ outcome: "retry" });
  });
});

import { type Batch, pluginApiVersion, type Sink, type WriteResult } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { type SinkObligation, type SinkUnderTest, testSink } from "./test-sink.ts";
import { outcomeOf } from "./testdata/failures-of.ts";

const ok: WriteResult = { outcome: "ok" };
const linesIn = (bytes: Uint8Array): string[] => new TextDecoder().decode(bytes).split("\n").slice(0, -1);

/** A destination that can be broken, and a sink with a moment between the start of a write and its end. */
class Reference implements Sink {
  readonly manifest: Sink["manifest"] = { name: "reference", kind: "sink", apiVersion: pluginApiVersion };
  out: string[] = [];
  broken = false;
  closed = false;
  taken: Batch | undefined;

  async write(batch: Batch, signal: AbortSignal): Promise<WriteResult> {
    if (this.closed) return { outcome: "drop", reason: "closed" };
    if (signal.aborted) return { outcome: "retry", reason: "aborted" };
    await Promise.resolve();
    if (this.broken) return { outcome: "retry", reason: "broken" };
    if (this.taken !== batch) this.put(batch);
    return ok;
  }
  put(batch: Batch): void {
    this.out.push(...linesIn(batch.bytes()));
  }
  writeSync(batch: Batch, unfinished: Batch | undefined): number {
    if (this.broken) return 0;
    if (unfinished !== undefined) this.put(unfinished);
    this.taken = unfinished;
    if (batch.size > 0) this.put(batch);
    return batch.size + (unfinished?.size ?? 0);
  }
  health(): ReturnType<NonNullable<Sink["health"]>> {
    return { status: this.broken ? "degraded" : "healthy" };
  }
  async flush(): Promise<void> {}
  async close(): Promise<void> {
    this.closed = true;
  }
}

const subjectOf = (sink: Reference): SinkUnderTest => ({
  sink,
  received: () => sink.out,
  breakDestination: () => {
    sink.broken = true;
  },
});

/** For each obligation a sink that breaks it. */
const broken: Readonly<Record<SinkObligation, () => Reference>> = {
  "describes itself": () =>
    Object.assign(new Reference(), { manifest: { name: "Bad Name", kind: "sink", apiVersion: pluginApiVersion } }),
  "delivers a batch whole and in order": () =>
    Object.assign(new Reference(), {
      put(this: Reference, batch: Batch) {
        this.out.push(...linesIn(batch.bytes()).reverse());
      },
    }),
  "keeps the order of batches": () =>
    Object.assign(new Reference(), {
      put(this: Reference, batch: Batch) {
        this.out.unshift(...linesIn(batch.bytes()));
      },
    }),
  "delivers 5000 records of one batch": () =>
    Object.assign(new Reference(), {
      put(this: Reference, batch: Batch) {
        this.out.push(...linesIn(batch.bytes()).slice(0, 4096));
      },
    }),
  "leaves awkward characters as they are": () =>
    Object.assign(new Reference(), {
      put(this: Reference, batch: Batch) {
        this.out.push(...linesIn(batch.bytes()).map((line) => line.normalize("NFKC").replaceAll("😀", "?")));
      },
    }),
  "does not change its batch": () =>
    Object.assign(new Reference(), {
      put(this: Reference, batch: Batch) {
        this.out.push(...linesIn(batch.bytes()));
        batch.bytes()[0] = 0x5b;
      },
    }),
  "does not keep its batch": () => {
    const kept: Uint8Array[] = [];
    return Object.assign(new Reference(), {
      put: (batch: Batch) => void kept.push(batch.bytes()),
      async close(this: Reference) {
        this.out = kept.flatMap(linesIn);
        this.closed = true;
      },
    });
  },
  "settles when it is aborted": () =>
    Object.assign(new Reference(), {
      write: async (_: Batch, signal: AbortSignal) => {
        signal.throwIfAborted();
        return ok;
      },
    }),
  "reports its health": () => Object.assign(new Reference(), { health: () => ({ status: "fine" }) as never }),
  flushes: () => Object.assign(new Reference(), { flush: () => Promise.reject(new Error("no")) }),
  "closes twice": () =>
    Object.assign(new Reference(), {
      async close(this: Reference) {
        if (this.closed) throw new Error("closed before");
        this.closed = true;
      },
    }),
  "refuses after close without throwing": () => Object.assign(new Reference(), { async close() {} }),
  "writes its last words by blocking": () => Object.assign(new Reference(), { writeSync: () => 0 }),
  "has nothing to say for empty last words": () => Object.assign(new Reference(), { writeSync: () => 1 }),
  "finishes a write under way before its last words": () =>
    Object.assign(new Reference(), {
      writeSync(this: Reference, batch: Batch) {
        this.put(batch);
        return batch.size;
      },
    }),
  "finishes a write under way that nothing follows": () =>
    Object.assign(new Reference(), {
      writeSync(this: Reference, batch: Batch, unfinished: Batch | undefined) {
        return batch.size === 0 ? 0 : Reference.prototype.writeSync.call(this, batch, unfinished);
      },
    }),
  "claims no last words that did not get out": () =>
    Object.assign(new Reference(), {
      writeSync: (batch: Batch, unfinished: Batch | undefined) => batch.size + (unfinished?.size ?? 0),
    }),
  "answers failure with a result": () =>
    Object.assign(new Reference(), {
      async write(this: Reference) {
        if (this.broken) throw new Error("broken");
        return ok;
      },
    }),
};

describe("testSink", () => {
  it("passes a sink that keeps the contract", async () => {
    const { all, failed } = await outcomeOf((runner) =>
      testSink("reference", () => subjectOf(new Reference()), { runner }),
    );
    expect(failed).toEqual([]);
    expect(all).toEqual(Object.keys(broken));
  });

  it.each(Object.keys(broken) as SinkObligation[])("catches a sink that breaks: %s", async (obligation) => {
    const run = outcomeOf(
      (runner) => testSink("broken", () => subjectOf(broken[obligation]()), { runner }),
      obligation,
    );
    expect((await run).failed).toEqual([obligation]);
  });

  it("shows a declared deviation with its reason, and does not run it", async () => {
    const deviations = { flushes: "has nothing to flush" };
    const { all, skipped } = await outcomeOf((runner) =>
      testSink("reference", () => subjectOf(new Reference()), { runner, deviations }),
    );
    expect(all).not.toContain("flushes");
    expect(skipped).toEqual(["flushes (declared deviation: has nothing to flush)"]);
  });
});

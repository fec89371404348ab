import type { Batch, Sink, WriteResult } from "@taffrail/contracts";

/** How a write ended, in the words of statistics; `ok` is none of them. */
export type FailureKind = "throw" | "timeout" | "invalid" | "retry" | "refused";

export interface Attempt {
  readonly result: WriteResult;
  readonly failure: FailureKind | undefined;
  /** The sink did not let go when it was told to: its write may still be running. Resolves when it ends. */
  readonly abandoned: Promise<unknown> | undefined;
}

export interface AttemptOptions {
  readonly timeoutMs: number;
  /** How long after the abort a sink may take to let go, in ms. */
  readonly graceMs: number;
  /** Aborted by the owner, or by this function when the time is over. */
  readonly abort: AbortController;
}

const failureOf: Readonly<Record<string, FailureKind | undefined>> = {
  ok: undefined,
  partial: "refused",
  drop: "refused",
  retry: "retry",
};

function judge(value: unknown, abort: AbortController): Attempt {
  const result = value as WriteResult | undefined;
  const outcome = typeof result === "object" && result !== null ? result.outcome : undefined;
  if (result === undefined || outcome === undefined || !Object.hasOwn(failureOf, outcome)) {
    const reason = `the sink answered ${String(outcome)}, which is no outcome`;
    return { result: { outcome: "retry", reason }, failure: "invalid", abandoned: undefined };
  }
  const wasLate = outcome === "retry" && abort.signal.aborted;
  return { result, failure: wasLate ? "timeout" : failureOf[outcome], abandoned: undefined };
}

function thrown(error: unknown, abort: AbortController): Attempt {
  const result = { outcome: "retry", reason: error instanceof Error ? error.message : String(error) } as const;
  return { result, failure: abort.signal.aborted ? "timeout" : "throw", abandoned: undefined };
}

/**
 * Writes a batch once. After `timeoutMs` the write is aborted; a sink that has not let go `graceMs` later is left behind. Never rejects.
 *
 * @example const { result } = await attempt(sink, batch, { timeoutMs: 15_000, graceMs: 1000, abort: new AbortController() });
 */
export function attempt(sink: Sink, batch: Batch, { timeoutMs, graceMs, abort }: AttemptOptions): Promise<Attempt> {
  let writing: Promise<WriteResult>;
  try {
    writing = Promise.resolve(sink.write(batch, abort.signal));
  } catch (error) {
    return Promise.resolve(thrown(error, abort));
  }
  return new Promise((resolve) => {
    const giveUp = (): void => {
      const result = { outcome: "retry", reason: `the sink ignores its abort signal for ${graceMs} ms` } as const;
      resolve({ result, failure: "timeout", abandoned: writing.catch(() => undefined) });
    };
    let timer = setTimeout(() => abort.abort(), timeoutMs).unref();
    abort.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, graceMs).unref();
    });
    writing.then(
      (value) => {
        clearTimeout(timer);
        resolve(judge(value, abort));
      },
      (error) => {
        clearTimeout(timer);
        resolve(thrown(error, abort));
      },
    );
  });
}

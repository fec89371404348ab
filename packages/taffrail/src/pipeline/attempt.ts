import { getEventListeners } from "node:events";
import type { Batch, Sink, WriteResult } from "@taffrail/contracts";
import { withoutTracing } from "../propagation/without-tracing.ts";
import { plainWords } from "./plain-words.ts";

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
  /** Aborted by this function when the time is over, or by the owner, for whom it sets `onAbort`. */
  readonly abort: WriteAbort;
}

/** Writes that share one signal. A sink that leaves something at a signal after its write leaves it at a signal that soon goes. */
const signalWrites = 64;

/** Ends one write early. Signals are costly to make, so one serves several writes, as long as no sink keeps listening to it. */
export class WriteAbort {
  #controller = new AbortController();
  #writes = 0;
  #onAbort: (() => void) | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A write begins; `onAbort` is called once when it is ended early. */
  begin(onAbort: () => void): void {
    this.#writes += 1;
    const isUsed = this.#writes > signalWrites || getEventListeners(this.signal, "abort").length > 0;
    if (this.signal.aborted || isUsed) {
      this.#controller = new AbortController();
      this.#writes = 1;
    }
    this.#onAbort = onAbort;
  }

  abort(): void {
    const tell = this.#onAbort;
    this.#onAbort = undefined;
    this.#controller.abort();
    tell?.();
  }

  end(): void {
    this.#onAbort = undefined;
  }
}

const failureOf: Readonly<Record<WriteResult["outcome"], FailureKind | undefined>> = {
  ok: undefined,
  partial: "refused",
  drop: "refused",
  retry: "retry",
};

/** What a sink answered, read once and made of our own values; undefined when it is no answer. May throw what a getter throws. */
function answerOf(value: unknown): WriteResult | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { outcome, reason, afterMs, refused } = value as Readonly<Record<string, unknown>>;
  if (outcome === "ok") return { outcome };
  const why = plainWords(reason);
  if (outcome === "drop") return { outcome, reason: why };
  if (outcome === "partial") return { outcome, refused: typeof refused === "number" ? refused : 0, reason: why };
  if (outcome !== "retry") return undefined;
  return typeof afterMs === "number" && afterMs > 0 ? { outcome, afterMs, reason: why } : { outcome, reason: why };
}

function failed(reason: string, failure: FailureKind): Attempt {
  return { result: { outcome: "retry", reason }, failure, abandoned: undefined };
}

function judge(value: unknown, abort: WriteAbort): Attempt {
  try {
    const result = answerOf(value);
    if (result === undefined) return failed("the sink answered something that is no outcome", "invalid");
    const wasLate = result.outcome === "retry" && abort.signal.aborted;
    return { result, failure: wasLate ? "timeout" : failureOf[result.outcome], abandoned: undefined };
  } catch {
    return failed("the answer of the sink cannot be read", "invalid");
  }
}

function thrown(error: unknown, abort: WriteAbort): Attempt {
  return failed(plainWords(error), abort.signal.aborted ? "timeout" : "throw");
}

/**
 * Writes a batch once. After `timeoutMs` the write is aborted; a sink that has not let go `graceMs` later is left behind. Never rejects.
 *
 * @example const { result } = await attempt(sink, batch, { timeoutMs: 15_000, graceMs: 1000, abort: new WriteAbort() });
 */
export function attempt(sink: Sink, batch: Batch, { timeoutMs, graceMs, abort }: AttemptOptions): Promise<Attempt> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let writing: Promise<WriteResult> | undefined;
    const end = (made: Attempt): void => {
      clearTimeout(timer);
      abort.end();
      resolve(made);
    };
    const giveUp = (): void => {
      const result = { outcome: "retry", reason: `the sink ignores its abort signal for ${graceMs} ms` } as const;
      end({ result, failure: "timeout", abandoned: writing?.catch(() => undefined) });
    };
    abort.begin(() => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, graceMs).unref();
    });
    try {
      // With instrumented HTTP a delivery would be a span, whose delivery would be a span, and so on.
      writing = Promise.resolve(withoutTracing(() => sink.write(batch, abort.signal)));
    } catch (error) {
      end(thrown(error, abort));
      return;
    }
    timer = setTimeout(() => abort.abort(), timeoutMs).unref();
    writing.then(
      (value) => end(judge(value, abort)),
      (error) => end(thrown(error, abort)),
    );
  });
}

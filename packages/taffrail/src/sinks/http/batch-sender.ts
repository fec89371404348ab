import type { Batch, SyncWriteResult, WriteResult } from "@taffrail/contracts";
import { sleepSync } from "../line-writer.ts";
import { partOf } from "./batch-parts.ts";
import { createHttpClient } from "./client.ts";
import type { HttpAnswer } from "./http-answer.ts";
import type { LastEffort } from "./last-effort.ts";

/** A body, and how many records of its batch are not in it because they never can be. */
export interface EncodedBody {
  readonly bytes: Uint8Array;
  readonly refused?: { readonly records: number; readonly reason: string };
}

export interface BatchSenderOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that belong to one batch. */
  readonly headersOf?: (batch: Batch) => Readonly<Record<string, string>>;
  /** Makes the body in steps, so that a long encoding does not hold the event loop. */
  readonly encode: (batch: Batch) => Generator<void, EncodedBody>;
  readonly judge: (answer: HttpAnswer, records: number, now: number) => WriteResult;
  readonly gzip: boolean;
  /** Time for one request, in ms. */
  readonly timeoutMs: number;
  readonly lastEffort: LastEffort;
}

/** The writing half of a sink that posts batches. */
export interface BatchSender {
  write(batch: Batch, signal: AbortSignal): Promise<WriteResult>;
  writeSync(batch: Batch, unfinished: Batch | undefined): SyncWriteResult;
  close(): void;
}

/** How many records of a batch are decided, from the first on, and how many of those were refused. */
interface Decided {
  readonly done: number;
  readonly refused: number;
  readonly reason: string;
}

/** How far a batch has come that is sent in parts. The batch is only compared, never read after its write. */
interface Progress {
  readonly batch: WeakRef<Batch>;
  /** Records that are decided, from the first on. */
  done: number;
  refused: number;
  reason: string;
  /** Takes back the requests that are open for it, so that they go out no more. */
  readonly takenBack: AbortController;
  /** What `write` has answered or will answer with the next turn of the loop. */
  result: WriteResult | undefined;
}

const tooLarge = 413;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function inTurns<Value>(steps: Generator<void, Value>): Promise<Value> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await nextTurn();
  }
}

function atOnce<Value>(steps: Generator<void, Value>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function compress(bytes: Uint8Array): Promise<Uint8Array> {
  const { gzip } = process.getBuiltinModule("node:zlib");
  return new Promise((resolve, reject) => {
    gzip(bytes, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

class HttpBatchSender implements BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #client: ReturnType<typeof createHttpClient>;
  #progress: Progress | undefined;
  /** Characters that a part may have; less after the receiver found a body too large. */
  #partCharacters = Number.POSITIVE_INFINITY;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
    this.#client = createHttpClient(options.url);
  }

  async write(batch: Batch, signal: AbortSignal): Promise<WriteResult> {
    const progress = this.#begin(batch);
    progress.result = undefined;
    const timeout = AbortSignal.timeout(this.#options.timeoutMs);
    const ends = AbortSignal.any([signal, timeout, progress.takenBack.signal]);
    let result: WriteResult | undefined;
    try {
      while (progress.done < batch.size && result === undefined) {
        const part = partOf(batch, progress.done, this.#partCharacters);
        result = this.#account(progress, part, ...(await this.#post(part, ends)));
      }
    } catch (error) {
      // Last words have been said for it.
      if (progress.done >= batch.size) return this.#conclude(progress, batch);
      const reason = timeout.aborted ? `no answer in ${this.#options.timeoutMs} ms` : String(error);
      result = { outcome: "retry", reason: `${this.#options.url.origin}: ${reason}` };
    }
    progress.result = result ?? this.#conclude(progress, batch);
    return progress.result;
  }

  writeSync(batch: Batch, unfinished: Batch | undefined): SyncWriteResult {
    let done = 0;
    let refused = 0;
    let reason = "";
    for (const part of unfinished === undefined ? [batch] : [unfinished, batch]) {
      const decided = (part === unfinished ? this.#decidedAlready(part) : undefined) ?? this.#sendSync(part);
      done += decided.done;
      refused += decided.refused;
      reason ||= decided.reason;
      if (decided.done < part.size) break;
    }
    if (refused === 0) return done;
    return { out: done - refused, refused, reason: `${this.#options.url.origin}: ${reason}` };
  }

  close(): void {
    this.#client.close();
    this.#options.lastEffort.close();
  }

  #begin(batch: Batch): Progress {
    if (this.#progress?.batch.deref() !== batch || this.#progress.done >= batch.size) {
      this.#progress = {
        batch: new WeakRef(batch),
        done: 0,
        refused: 0,
        reason: "",
        takenBack: new AbortController(),
        result: undefined,
      };
    }
    return this.#progress;
  }

  async #post(part: Batch, signal: AbortSignal): Promise<[HttpAnswer, EncodedBody]> {
    const { gzip, encode } = this.#options;
    signal.throwIfAborted();
    const body = await inTurns(encode(part));
    const bytes = gzip ? await compress(body.bytes) : body.bytes;
    signal.throwIfAborted();
    return [await this.#client.post(bytes, this.#headersOf(part, gzip), signal), body];
  }

  #headersOf(part: Batch, gzip: boolean): Record<string, string> {
    const { headers, headersOf } = this.#options;
    return { ...headers, ...headersOf?.(part), ...(gzip ? { "content-encoding": "gzip" } : {}) };
  }

  /** Counts an answer for a part; gives a result when the batch has to come again. */
  #account(progress: Progress, part: Batch, answer: HttpAnswer, body: EncodedBody): WriteResult | undefined {
    if (answer.status === tooLarge && part.size > 1) {
      this.#partCharacters = Math.floor(part.characters / 2);
      return undefined;
    }
    const inBody = part.size - (body.refused?.records ?? 0);
    const result = this.#options.judge(answer, inBody, Date.now());
    if (result.outcome === "retry") return { ...result, reason: `${this.#options.url.origin}: ${result.reason}` };
    progress.done += part.size;
    if (result.outcome === "partial") progress.refused += Math.min(result.refused, inBody);
    if (result.outcome === "drop") progress.refused += inBody;
    progress.refused += part.size - inBody;
    const reason = result.outcome === "ok" ? body.refused?.reason : result.reason;
    if (reason !== undefined) progress.reason = reason;
    return undefined;
  }

  #conclude({ refused, reason }: Progress, batch: Batch): WriteResult {
    const told = `${this.#options.url.origin}: ${reason}`;
    if (refused === 0) return { outcome: "ok" };
    return refused >= batch.size ? { outcome: "drop", reason: told } : { outcome: "partial", refused, reason: told };
  }

  /** What an unfinished write has come to that needs nothing more; undefined when it must be sent again. */
  #decidedAlready(batch: Batch): Decided | undefined {
    const progress = this.#progress;
    if (progress?.batch.deref() !== batch) return undefined;
    if (progress.result?.outcome === "retry") return undefined;
    if (progress.result !== undefined) return progress;
    // Whole with the operating system, but the answer will not be read. With an id it can be sent again without becoming two.
    const last = this.#partCharacters === Number.POSITIVE_INFINITY;
    return batch.id === undefined && last && this.#client.sent()
      ? { done: batch.size, refused: 0, reason: "" }
      : undefined;
  }

  /** Sends what is left of a batch by blocking. */
  #sendSync(batch: Batch): Decided {
    if (batch.size === 0) return { done: 0, refused: 0, reason: "" };
    const progress = this.#begin(batch);
    progress.takenBack.abort();
    while (progress.done < batch.size) {
      const part = partOf(batch, progress.done, this.#partCharacters);
      const body = atOnce(this.#options.encode(part));
      const request = { url: this.#options.url.href, headers: this.#headersOf(part, false), body: body.bytes };
      const answer = this.#options.lastEffort.post(request);
      if (answer === undefined) break;
      const again = this.#account(progress, part, answer, body);
      if (again?.outcome !== "retry") continue;
      if (again.afterMs === undefined || again.afterMs > longestWaitMs) break;
      sleepSync(again.afterMs);
    }
    return progress;
  }
}

/** Longest `Retry-After` that the end of a process waits for, in ms; the time of the whole effort bounds it as well. */
const longestWaitMs = 1000;

/**
 * Makes the part of a sink that posts batches one at a time: a batch that the receiver finds too large (413) is sent in parts, one that comes again
 * goes on with the part that failed, and while the process exits requests are made by blocking.
 *
 * @example await createBatchSender({ url, headers, encode, judge, gzip: false, timeoutMs: 10_000, lastEffort }).write(batch, signal)
 */
export function createBatchSender(options: BatchSenderOptions): BatchSender {
  return new HttpBatchSender(options);
}

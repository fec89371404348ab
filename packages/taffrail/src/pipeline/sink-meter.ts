import { createLatency, type LatencyView } from "../observe/latency.ts";
import type { FailureKind } from "./attempt.ts";

/** What is counted about the writes of one sink. */
export class SinkMeter {
  calls = 0;
  retries = 0;
  /** Bytes of batches that were taken. */
  bytes = 0;
  /** Records that went to the fallback sink. */
  fellBack = 0;
  readonly #errors = new Map<FailureKind, number>();
  readonly #latency = createLatency();

  /** A write has ended. Time in ms. */
  wrote(milliseconds: number, failure: FailureKind | undefined): void {
    this.calls += 1;
    this.#latency.record(milliseconds / 1000);
    if (failure !== undefined) this.#errors.set(failure, (this.#errors.get(failure) ?? 0) + 1);
  }

  get errors(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#errors);
  }

  get latency(): LatencyView {
    return this.#latency.read();
  }
}

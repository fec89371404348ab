import type { Clock, Level, PluginContext, Sink } from "@taffrail/contracts";
import { plainWords } from "./plain-words.ts";
import { SinkStart } from "./sink-start.ts";

/** Resolves with the promise or after the time, whichever is first. The timer keeps the process alive: somebody waits. */
export function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    work.then(done, done);
  });
}

export interface SinkHostOptions {
  readonly clock: Clock;
  readonly emit: PluginContext["emit"];
  readonly onFailure: (sink: string, reason: string) => void;
  /** Longest time that a start may take, in ms. */
  readonly startTimeoutMs: number;
}

/** Calls the members of sinks that are not about batches. They must not throw, but might. */
export class SinkHost {
  readonly #options: SinkHostOptions;
  readonly #sinks = new Map<Sink, { readonly name: string; readonly start: SinkStart }>();

  constructor(options: SinkHostOptions) {
    this.#options = options;
  }

  /** The start of a sink, which several streams may share; called with the first of them. Never throws. */
  start(sink: Sink, name: string): SinkStart {
    const known = this.#sinks.get(sink);
    if (known !== undefined) return known.start;
    const { clock, emit, startTimeoutMs: timeoutMs } = this.#options;
    const problem = (message: string): void => this.#fail(name, message);
    const context: PluginContext = {
      clock,
      problem,
      emit: (level: Level, message: string, fields?: object) => emit(level, message, fields),
    };
    const start = new SinkStart({ start: () => sink.start?.(context), timeoutMs, problem });
    this.#sinks.set(sink, { name, start });
    return start;
  }

  async flush(signal: AbortSignal): Promise<void> {
    await Promise.all(
      [...this.#sinks].map(([sink, { name, start }]) =>
        this.#call(name, () => (start.isReady ? sink.flush?.(signal) : undefined)),
      ),
    );
  }

  async close(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#sinks].map(([sink, { name }]) => this.#call(name, () => sink.close(signal))));
  }

  async #call(name: string, call: () => Promise<void> | undefined): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#fail(name, plainWords(error));
    }
  }

  #fail(name: string, reason: string): void {
    this.#options.onFailure(name, reason);
  }
}

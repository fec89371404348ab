import type { Clock, Level, PluginContext, Sink } from "@taffrail/contracts";

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
  /** Longest time that a start may take before the first write is made all the same, in ms. */
  readonly startTimeoutMs: number;
}

/** Calls the members of sinks that are not about batches. They must not throw, but might. */
export class SinkHost {
  readonly #options: SinkHostOptions;
  readonly #names = new Map<Sink, string>();

  constructor(options: SinkHostOptions) {
    this.#options = options;
  }

  /** Starts a sink, once. Returns a promise, which never rejects, when that takes time. */
  start(sink: Sink, name: string): Promise<void> | undefined {
    if (this.#names.has(sink)) return undefined;
    this.#names.set(sink, name);
    const { clock, emit, startTimeoutMs } = this.#options;
    const problem = (message: string): void => this.#fail(name, message);
    try {
      const starting = sink.start?.({
        clock,
        problem,
        emit: (level: Level, message: string, fields?: object) => emit(level, message, fields),
      });
      if (!(starting instanceof Promise)) return undefined;
      return within(
        startTimeoutMs,
        starting.catch((error) => problem(String(error))),
      );
    } catch (error) {
      problem(String(error));
      return undefined;
    }
  }

  async flush(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#names].map(([sink, name]) => this.#call(name, () => sink.flush?.(signal))));
  }

  async close(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#names].map(([sink, name]) => this.#call(name, () => sink.close(signal))));
  }

  async #call(name: string, call: () => Promise<void> | undefined): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#fail(name, String(error));
    }
  }

  #fail(name: string, reason: string): void {
    this.#options.onFailure(name, reason);
  }
}

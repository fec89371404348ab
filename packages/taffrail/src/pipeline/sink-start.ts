import { plainWords } from "./plain-words.ts";

/** What a start needs. */
export interface SinkStartOptions {
  /** Calls the sink's `start`. */
  readonly start: () => unknown;
  /** Longest time that is waited for it at a time, in ms. */
  readonly timeoutMs: number;
  /** Told once about each start that fails. */
  readonly problem: (message: string) => void;
}

const succeeded = Symbol("succeeded");

/**
 * The start of one sink. One that fails is called again by `ensure`, one that hangs is waited for again: until it has succeeded the sink is given
 * no batch. Nothing here throws.
 */
export class SinkStart {
  readonly #options: SinkStartOptions;
  /** Resolves with `succeeded`, or with what went wrong. */
  #pending: Promise<unknown> | undefined;
  #isReady = false;
  /** Why the sink has not started; undefined while nothing is known to be wrong. */
  failure: string | undefined;

  /** Calls the start for the first time. */
  constructor(options: SinkStartOptions) {
    this.#options = options;
    this.#begin();
    // Somebody must hear of a failure, also while no batch comes.
    if (!this.#isReady && this.#pending !== undefined) void this.ensure();
  }

  /** True when the sink may be given batches. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Waits for the start, or starts again, for at most the time that a start may take. Resolves with why the sink is not ready; undefined when it is. */
  async ensure(): Promise<string | undefined> {
    if (this.#isReady) return undefined;
    if (this.#pending === undefined) this.#begin();
    const pending = this.#pending;
    if (pending === undefined) return this.failure;
    const { timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<unknown>((resolve) => {
      timer = setTimeout(() => resolve(`it did not start within ${timeoutMs} ms`), timeoutMs).unref();
    });
    const outcome = await Promise.race([pending, late]);
    clearTimeout(timer);
    if (outcome !== succeeded && !this.#isReady) this.#fail(String(outcome));
    return this.failure;
  }

  #begin(): void {
    try {
      const starting = this.#options.start();
      if (!(starting instanceof Promise)) {
        this.#succeed();
        return;
      }
      const pending = starting.then(
        () => {
          this.#succeed();
          return succeeded;
        },
        (error: unknown) => {
          if (this.#pending === pending) this.#pending = undefined;
          return `it could not start: ${plainWords(error)}`;
        },
      );
      this.#pending = pending;
    } catch (error) {
      this.#fail(`it could not start: ${plainWords(error)}`);
    }
  }

  #succeed(): void {
    this.#isReady = true;
    this.#pending = undefined;
    this.failure = undefined;
  }

  #fail(reason: string): void {
    if (this.failure !== reason) this.#options.problem(reason);
    this.failure = reason;
  }
}

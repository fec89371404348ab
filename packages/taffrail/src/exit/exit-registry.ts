import { constants } from "node:os";
import type { Ledger } from "@taffrail/contracts";

/** Signals that a logger answers by writing what waits before the process dies of them. */
export type ExitSignal = "SIGTERM" | "SIGINT";

/** Someone who has something to write when the process ends. */
interface ExitParticipant {
  readonly signals: readonly ExitSignal[];
  /** Bounded asynchronous flush; never rejects. */
  lastFlush(): Promise<void>;
  /** Blocks until everything that can be written is written; never throws. `final`: no event loop will run again, so later records must not wait. */
  drainSync(final: boolean): void;
  /** The account of its records, for whoever watches over all loggers of a process. */
  ledger?(): Ledger;
}

/** The parts of `process` that are used; tests pass their own. */
export type ExitProcess = Pick<NodeJS.Process, "on" | "removeListener" | "listenerCount" | "kill" | "pid" | "exit">;

export interface ExitRegistry {
  /** Returns the function that takes the participant out again. With the last one all listeners go. */
  join(participant: ExitParticipant): () => void;
}

/** After a re-raised signal the process must not end by itself, with code 0, before the signal has landed. */
const signalLandsMs = 1000;

/** Time of the last turn of the loop, in which a signal may still be read. */
const lookForSignalMs = 1;

/** Listeners of the `signal-exit` package (both generations): they step aside like ours, so they must not count as somebody who handles the signal. */
function courteousListeners(): number {
  const holders: readonly unknown[] = [
    (process as { readonly __signal_exit_emitter__?: unknown }).__signal_exit_emitter__,
    (globalThis as { readonly [key: symbol]: unknown })[Symbol.for("signal-exit emitter")],
  ];
  return holders.reduce<number>((sum, holder) => {
    const count = (holder as { readonly count?: unknown } | undefined)?.count;
    return sum + (typeof count === "number" ? count : 0);
  }, 0);
}

class ProcessExit implements ExitRegistry {
  readonly #host: ExitProcess;
  readonly #participants = new Set<ExitParticipant>();
  readonly #handlers = new Map<ExitSignal, () => void>();
  #stopping = false;
  #looked = false;

  constructor(host: ExitProcess) {
    this.#host = host;
  }

  join(participant: ExitParticipant): () => void {
    if (this.#participants.size === 0) {
      this.#host.on("beforeExit", this.#onBeforeExit);
      this.#host.on("exit", this.#onExit);
    }
    this.#participants.add(participant);
    this.#followSignals();
    return () => this.#leave(participant);
  }

  #leave(participant: ExitParticipant): void {
    if (!this.#participants.delete(participant)) return;
    this.#followSignals();
    if (this.#participants.size > 0) return;
    this.#host.removeListener("beforeExit", this.#onBeforeExit);
    this.#host.removeListener("exit", this.#onExit);
  }

  /** Listens to the signals that some participant wants, and to no others. */
  #followSignals(): void {
    const wanted = new Set([...this.#participants].flatMap((participant) => participant.signals));
    for (const signal of this.#handlers.keys()) {
      if (!wanted.has(signal)) this.#ignore(signal);
    }
    for (const signal of wanted) {
      if (this.#handlers.has(signal)) continue;
      const handler = (): void => this.#onSignal(signal);
      this.#handlers.set(signal, handler);
      this.#host.on(signal, handler);
    }
  }

  #ignore(signal: ExitSignal): void {
    const handler = this.#handlers.get(signal);
    if (handler !== undefined) this.#host.removeListener(signal, handler);
    this.#handlers.delete(signal);
  }

  #flushAll(): Promise<unknown> {
    return Promise.all([...this.#participants].map((participant) => participant.lastFlush()));
  }

  #drainAll(final: boolean): void {
    for (const participant of this.#participants) participant.drainSync(final);
  }

  // Emitted again after each round of work; participants with nothing new to write answer at once, so this ends.
  readonly #onBeforeExit = (): void => {
    void this.#flushAll();
    this.#lookForSignal();
  };

  /**
   * A signal that has arrived but was not read yet would be forgotten, and the process would end with code 0, since our listener has taken away
   * the signal's own effect. So the loop turns once more.
   */
  #lookForSignal(): void {
    if (this.#looked || this.#handlers.size === 0) return;
    this.#looked = true;
    setTimeout(() => {}, lookForSignalMs);
  }

  readonly #onExit = (): void => this.#drainAll(true);

  #onSignal(signal: ExitSignal): void {
    // Somebody else decides how the process ends; the `exit` event will come, or the process goes on.
    if (this.#host.listenerCount(signal) - 1 - courteousListeners() > 0) return;
    // A second signal means that the sender does not want to wait.
    if (this.#stopping) this.#raise(signal);
    else {
      this.#stopping = true;
      void this.#flushAll().finally(() => this.#raise(signal));
    }
  }

  /** Lets the signal do what it would have done without us. */
  #raise(signal: ExitSignal): void {
    this.#drainAll(false);
    this.#ignore(signal);
    this.#host.kill(this.#host.pid, signal);
    setTimeout(() => this.#host.exit(128 + constants.signals[signal]), signalLandsMs);
  }
}

const registryKey = Symbol.for("taffrail.exit-registry.1");

/**
 * The registry of a process. It is kept at the process itself, so that several copies of this package share one set of listeners and never
 * take each other for a handler of the application.
 *
 * @example const leave = exitRegistryOf(process).join({ signals: ["SIGTERM"], lastFlush, drainSync });
 */
export function exitRegistryOf(host: ExitProcess): ExitRegistry {
  const holder = host as { [registryKey]?: ExitRegistry };
  holder[registryKey] ??= new ProcessExit(host);
  return holder[registryKey];
}

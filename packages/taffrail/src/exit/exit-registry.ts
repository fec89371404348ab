import { constants } from "node:os";

/** Signals that a logger answers by writing what waits before the process dies of them. */
export type ExitSignal = "SIGTERM" | "SIGINT";

/** Someone who has something to write when the process ends. */
export interface ExitParticipant {
  readonly signals: readonly ExitSignal[];
  /** Bounded asynchronous flush; never rejects. */
  lastFlush(): Promise<void>;
  /** Blocks until everything that can be written is written; never throws. `final`: no event loop will run again, so later records must not wait. */
  drainSync(final: boolean): void;
}

/** The parts of `process` that are used; tests pass their own. */
export type ExitProcess = Pick<NodeJS.Process, "on" | "removeListener" | "listenerCount" | "kill" | "pid" | "exit">;

export interface ExitRegistry {
  /** Returns the function that takes the participant out again. With the last one all listeners go. */
  join(participant: ExitParticipant): () => void;
}

/** After a re-raised signal the process must not end by itself, with code 0, before the signal has landed. */
const signalLandsMs = 1000;

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

function createRegistry(host: ExitProcess): ExitRegistry {
  const participants = new Set<ExitParticipant>();
  const handlers = new Map<ExitSignal, () => void>();
  let flushing = false;

  const drainAll = (final: boolean): void => {
    for (const participant of participants) participant.drainSync(final);
  };
  const onExit = (): void => drainAll(true);
  const flushAll = (): Promise<unknown> => Promise.all([...participants].map((participant) => participant.lastFlush()));

  const onBeforeExit = (): void => {
    if (flushing) return;
    flushing = true;
    void flushAll().finally(() => {
      flushing = false;
    });
  };

  const raise = (signal: ExitSignal): void => {
    drainAll(false);
    const handler = handlers.get(signal);
    if (handler) host.removeListener(signal, handler);
    handlers.delete(signal);
    host.kill(host.pid, signal);
    setTimeout(() => host.exit(128 + constants.signals[signal]), signalLandsMs);
  };

  const onSignal = (signal: ExitSignal): void => {
    // Somebody else decides how the process ends; the `exit` event will come, or the process goes on.
    if (host.listenerCount(signal) - 1 - courteousListeners() > 0) return;
    // A second signal means that the sender does not want to wait.
    if (flushing) raise(signal);
    else {
      flushing = true;
      void flushAll().finally(() => raise(signal));
    }
  };

  const sync = (): void => {
    const wanted = new Set([...participants].flatMap((participant) => participant.signals));
    for (const [signal, handler] of handlers) {
      if (wanted.has(signal)) continue;
      host.removeListener(signal, handler);
      handlers.delete(signal);
    }
    for (const signal of wanted) {
      if (handlers.has(signal)) continue;
      const handler = (): void => onSignal(signal);
      handlers.set(signal, handler);
      host.on(signal, handler);
    }
  };

  return {
    join(participant) {
      if (participants.size === 0) {
        host.on("beforeExit", onBeforeExit);
        host.on("exit", onExit);
      }
      participants.add(participant);
      sync();
      return () => {
        if (!participants.delete(participant)) return;
        sync();
        if (participants.size > 0) return;
        host.removeListener("beforeExit", onBeforeExit);
        host.removeListener("exit", onExit);
      };
    },
  };
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
  holder[registryKey] ??= createRegistry(host);
  return holder[registryKey];
}

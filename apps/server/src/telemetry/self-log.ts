import type { Clock, Ledger, Level, Sink } from "@taffrail/contracts";
import { consoleSink, createLogger } from "taffrail";

type Details = Readonly<Record<string, unknown>>;

/** The server's own log: to standard error and into its own journal. */
export interface SelfLog {
  /** `event` names the kind of record; one kind is written at most once in five seconds, and the next one says how many were held back. */
  write(level: Level, event: string, message: string, details?: Details): void;
  /** Account of the records on their way into the journal. */
  ledger(): Ledger;
  /** Brings what waits into the journal; from then on records go to standard error only. */
  closeJournal(deadlineMs: number): Promise<void>;
  /** Closes both. Records that still wait for the journal are given up and counted: a start that failed has no journal, and standard error has them. */
  close(): Promise<void>;
}

export interface SelfLogOptions {
  readonly level: Level;
  readonly format: "auto" | "pretty" | "json";
  readonly journal: Sink;
  readonly clock: Clock;
  readonly version: string;
}

const quietMs = 5_000;

/**
 * Holds back repeats. Without it a journal that cannot be written would log its failure into itself, over and over.
 */
function createQuiet(clock: Clock): (event: string) => number | undefined {
  const seen = new Map<string, { atMs: number; held: number }>();
  return (event) => {
    const now = clock.monotonic();
    const last = seen.get(event);
    if (last && now - last.atMs < quietMs) {
      last.held += 1;
      return undefined;
    }
    seen.set(event, { atMs: now, held: 0 });
    return last?.held ?? 0;
  };
}

/**
 * Opens the server's own log, made with the library that it serves.
 *
 * @example log.write("info", "server.ready", "ready", { startMs: 812 })
 */
export function createSelfLog(options: SelfLogOptions): SelfLog {
  const { clock, level, version } = options;
  let isStored = true;
  let isClosing = false;
  const shared = { service: "taffrail", level, fields: { version }, signals: [], clock } as const;
  const screen = createLogger({ ...shared, sinks: [consoleSink({ format: options.format, descriptor: 2 })] });
  const stored = createLogger({
    ...shared,
    sinks: [options.journal],
    bufferBytes: 1024 * 1024,
    onProblem: (message) => {
      if (!isClosing) screen.warn("the server's own records are not all stored", { problem: message });
    },
  });
  const isDue = createQuiet(clock);
  return {
    write(at, event, message, details = {}) {
      const held = isDue(event);
      if (held === undefined) return;
      const fields = { event, ...details, ...(held > 0 ? { held_back: held } : {}) };
      screen.log(at, message, fields);
      if (isStored) stored.log(at, message, fields);
    },
    ledger: () => stored.ledger(),
    async closeJournal(deadlineMs) {
      isStored = false;
      await stored.close({ deadlineMs });
    },
    async close() {
      isStored = false;
      isClosing = true;
      // Open, it would hold the process's end up until its last effort gives the records up.
      await stored.close({ deadlineMs: 0 });
      await screen.close();
    },
  };
}

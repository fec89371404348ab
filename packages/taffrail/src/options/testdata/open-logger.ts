import { type Ledger, ledgerFault, type Sink, TaffrailError } from "@taffrail/contracts";
import { type RecordedLine, type Recorder, recorder } from "@taffrail/testkit";
import { createLogger, type Logger } from "../../logger.ts";
import type { LoggerOptions } from "../option-types.ts";

/** Loggers of one test file; to be closed after each test. */
export interface Opened {
  open(options: LoggerOptions): Logger;
  /** Closes all, and gives what is wrong with their ledgers. */
  closeAll(): Promise<readonly string[]>;
}

/** Loggers that leave the process's signals and standard error alone, and whose account is judged at the end. */
export function openLoggers(): Opened {
  const opened: Logger[] = [];
  return {
    open(options) {
      const log = createLogger({ signals: [], onProblem: () => {}, ...options });
      opened.push(log);
      return log;
    },
    async closeAll() {
      const faults: string[] = [];
      for (const log of opened.splice(0)) {
        const ledger = await log.close({ deadlineMs: 50 });
        const all: readonly Ledger[] = [ledger, ...Object.values(ledger.sinks)];
        faults.push(...all.flatMap((each) => ledgerFault(each) ?? []));
      }
      return faults;
    },
  };
}

/** Logs one record with the options and gives it back. */
export async function recordWith(
  { open }: Opened,
  options: LoggerOptions,
  fields: object = {},
): Promise<RecordedLine | undefined> {
  const recorded = recorder();
  const log = open({ sinks: [recorded], ...options });
  log.info("x", fields);
  await log.flush();
  return recorded.records[0];
}

/** A sink whose first write never ends. */
export function stuckSink(): Sink {
  return { ...recorder(), write: () => new Promise(() => {}) };
}

/** A sink that cannot take anything until it is told to. */
export function failingSink(): Recorder & { recover(): void; attempts(): number } {
  const kept = recorder();
  let failing = true;
  let attempts = 0;
  return Object.assign(kept, {
    write: async (batch: Parameters<Sink["write"]>[0]) => {
      attempts += 1;
      if (failing) return { outcome: "retry", reason: "busy" } as const;
      kept.writeSync?.(batch, undefined);
      return { outcome: "ok" } as const;
    },
    recover() {
      failing = false;
    },
    attempts: () => attempts,
  });
}

/** The error of the catalogue that a call throws. */
export function caught(call: () => unknown): TaffrailError {
  try {
    call();
  } catch (error) {
    if (error instanceof TaffrailError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

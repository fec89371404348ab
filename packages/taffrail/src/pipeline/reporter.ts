import { writeSync } from "node:fs";
import type { Clock } from "@taffrail/contracts";
import { oneLine, plainWords } from "./plain-words.ts";

/** Where the logger tells its own problems: one plain sentence at a time, never a record. */
export type ProblemHandler = (message: string) => void;

/** Least time between two sentences, in ms. */
const quietMs = 30_000;
/** Longest sentence, in characters. */
const longestSentence = 4096;

/** Collects drops and failures of a logger family and tells them seldom, in one sentence. */
export interface Reporter {
  dropped(sink: string, reason: string, records: number): void;
  failed(sink: string, reason: string): void;
  /** Tells what has not been told. */
  end(): void;
}

/** Writes a sentence to standard error as one line that commands no terminal, past every sink; a failure is ignored, since there is no further place to tell it. */
export function writeProblem(message: string): void {
  try {
    writeSync(2, `taffrail: ${oneLine(message, longestSentence)}\n`);
  } catch {
    // Standard error is closed or full: the counters still have it.
  }
}

/**
 * Makes a reporter: the first problems are told in the next turn of the event loop, later ones together, at most one sentence every 30 s. Never at
 * once: what is told may log, and problems are found in the middle of work that must not begin anew.
 *
 * @example createReporter(systemClock, writeProblem).dropped("http", "buffer-full", 1);
 */
export function createReporter(clock: Clock, tell: ProblemHandler): Reporter {
  const drops = new Map<string, number>();
  const failures = new Map<string, string>();
  let lastTold = Number.NEGATIVE_INFINITY;
  let scheduled: NodeJS.Immediate | undefined;

  const report = (): void => {
    clearImmediate(scheduled);
    scheduled = undefined;
    const parts = [...drops].map(([what, records]) => `${records} dropped ${what}`);
    for (const [sink, reason] of failures) parts.push(`sink ${sink} failed: ${reason}`);
    drops.clear();
    failures.clear();
    if (parts.length === 0) return;
    lastTold = clock.monotonic();
    try {
      tell(oneLine(parts.join("; "), longestSentence));
    } catch {
      // A handler of the user that throws must not reach the caller of a log method.
    }
  };
  const reportSeldom = (): void => {
    // It keeps no process alive: the end of the process tells what is left.
    if (clock.monotonic() - lastTold >= quietMs) scheduled ??= setImmediate(report).unref();
  };

  return {
    dropped(sink, reason, records) {
      const what = `(${reason}) at ${sink}`;
      drops.set(what, (drops.get(what) ?? 0) + records);
      reportSeldom();
    },
    failed(sink, reason) {
      failures.set(sink, plainWords(reason));
      reportSeldom();
    },
    end: report,
  };
}

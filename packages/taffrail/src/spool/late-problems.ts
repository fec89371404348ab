/** Most problems that wait to be told, so that a turn in which everything fails costs little. */
const waitingMax = 100;

/** Problems on their way to whoever listens. */
export interface LateProblems {
  /** To be told soon, but not now. Never throws. */
  readonly add: (message: string) => void;
  /** Tells what waits now. */
  readonly tell: () => void;
}

/**
 * Tells problems when the work that found them is done: a listener that logs comes back to the spool, and must find it whole.
 *
 * @example
 * const problems = createLateProblems((message) => log.warn(message));
 * problems.add("the disk is full"); // told in a microtask, or by `problems.tell()` before
 */
export function createLateProblems(listener: (message: string) => void): LateProblems {
  let waiting: string[] = [];
  let more = 0;
  const tell = (): void => {
    const messages = more === 0 ? waiting : [...waiting, `spool: ${more} more problems in one moment`];
    waiting = [];
    more = 0;
    for (const message of messages) {
      try {
        listener(message);
      } catch {
        // A listener that fails must not keep records from the spool.
      }
    }
  };
  return {
    add(message) {
      if (waiting.length === 0) queueMicrotask(tell);
      if (waiting.length < waitingMax) waiting.push(message);
      else more += 1;
    },
    tell,
  };
}

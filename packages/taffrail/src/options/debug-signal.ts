import type { LevelSetting } from "../level-cell.ts";

const signal = "SIGUSR2";

/** The parts of `process` that are used. */
type SignalHost = Pick<NodeJS.Process, "on" | "removeListener">;

export interface DebugSignalOptions {
  readonly host: SignalHost;
  readonly minutes: number;
  /** The level of the logger family, to be read and set. */
  readonly cell: { setting: LevelSetting };
  /** Told when debug begins and ends, in a sentence. */
  readonly tell: (message: string) => void;
}

/**
 * Shows debug records for some minutes after a SIGUSR2; a second one ends it. A level that somebody sets meanwhile stays. Returns the function that
 * leaves the signal alone again. On Windows there is no such signal, and nothing happens.
 *
 * @example const stop = followDebugSignal({ host: process, minutes: 10, cell, tell });
 */
export function followDebugSignal({ host, minutes, cell, tell }: DebugSignalOptions): () => void {
  let before: LevelSetting | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    if (before === undefined) return;
    if (cell.setting === "debug") cell.setting = before;
    tell(`level ${cell.setting} again`);
    before = undefined;
  };
  const onSignal = (): void => {
    if (before !== undefined) {
      end();
      return;
    }
    if (cell.setting === "debug" || cell.setting === "trace") return;
    before = cell.setting;
    cell.setting = "debug";
    timer = setTimeout(end, minutes * 60_000).unref();
    tell(`level debug for ${minutes} min (${signal}); the same signal ends it`);
  };
  host.on(signal, onSignal);
  return () => {
    host.removeListener(signal, onSignal);
    clearTimeout(timer);
  };
}

import { type Level, levels, type PluginContext, type RecordView } from "@taffrail/contracts";
import { isInteger, isListOf, isOneOf, isText, type OptionChecks } from "../options/check-options.ts";
import { checkValve, createAlarm, type TellingValve, valveManifest } from "./valve.ts";

export interface DedupeOptions {
  /** Time from the first of equal records in which the others are joined to it, in ms. Default 5000. */
  readonly windowMs?: number;
  /** Different records that are remembered; the oldest is told about early when there are more. Default 1000. */
  readonly maxKeys?: number;
  /** Fields whose values must be equal too. Default none: level and message decide. */
  readonly by?: readonly string[];
  /** Levels whose records are never joined. Default none. */
  readonly exempt?: readonly Level[];
}

const checks: OptionChecks = {
  windowMs: isInteger(1, 3_600_000),
  maxKeys: isInteger(1, 1_000_000),
  by: isListOf(isText),
  exempt: isListOf(isOneOf(levels)),
};

/** Equal records within one window. */
interface Repeats {
  readonly level: Level;
  /** The beginning of the message: enough to know it by. */
  readonly message: string;
  readonly endsAt: number;
  count: number;
}

/** Longest part of a message that is compared and told. */
const longestMessage = 1000;
const separator = "\u0000";

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? typeof value : String(value).slice(0, longestMessage);
}

function keyOf(record: RecordView, by: readonly string[]): string {
  let key = record.level + separator + record.message.slice(0, longestMessage);
  for (const name of by) key += separator + textOf(record.get(name));
  return key;
}

/** The windows that are open, oldest first; all are of the same length, so the oldest is always the first to end. */
function createWindows(windowMs: number, maxKeys: number) {
  const windows = new Map<string, Repeats>();
  let context: PluginContext | undefined;

  const end = (key: string, { level, message, count }: Repeats): void => {
    windows.delete(key);
    if (count > 0)
      context?.emit(level, `${message} (repeated ${count === 1 ? "once" : `${count} times`})`, {
        repeated: count,
        withinMs: windowMs,
      });
  };
  const endOldest = (): void => {
    const [oldest] = windows;
    if (oldest !== undefined) end(...oldest);
  };
  const endDue = (now: number): number | undefined => {
    for (const [key, repeats] of windows) {
      if (repeats.endsAt > now) return repeats.endsAt;
      end(key, repeats);
    }
    return undefined;
  };
  const alarm = createAlarm(() => wake());
  const wake = (): void => {
    const now = context?.clock.monotonic() ?? 0;
    const next = endDue(now);
    if (next !== undefined) alarm.set(next - now);
  };
  return {
    start(given: PluginContext): void {
      context = given;
    },
    /** True for the first of equal records within a window. */
    isFirst(key: string, level: Level, message: string): boolean {
      if (context === undefined) return true;
      const now = context.clock.monotonic();
      const known = windows.get(key);
      if (known !== undefined && known.endsAt > now) {
        known.count += 1;
        return false;
      }
      if (known !== undefined) end(key, known);
      if (windows.size >= maxKeys) endOldest();
      windows.set(key, { level, message: message.slice(0, longestMessage), endsAt: now + windowMs, count: 0 });
      alarm.set(windowMs);
      return true;
    },
    endAll(): void {
      alarm.clear();
      for (const [key, repeats] of windows) end(key, repeats);
    },
  };
}

/**
 * Makes a filter that joins equal records: the first goes on, the others of its window are counted, and at the end of the window one record tells
 * how often it came again. Flush and close of the logger end all windows. Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ plugins: [dedupeFilter({ windowMs: 10_000, by: ["code"], exempt: ["fatal"] })] });
 */
export function dedupeFilter(options: DedupeOptions = {}): TellingValve {
  checkValve("dedupe", options, checks);
  const { windowMs = 5000, maxKeys = 1000, by = [] } = options;
  const exempt = new Set(options.exempt);
  const windows = createWindows(windowMs, maxKeys);
  return {
    manifest: valveManifest("dedupe", "Joins records that equal each other."),
    start: windows.start,
    keep: (record) => exempt.has(record.level) || windows.isFirst(keyOf(record, by), record.level, record.message),
    async flush() {
      windows.endAll();
    },
    async close() {
      windows.endAll();
    },
  };
}

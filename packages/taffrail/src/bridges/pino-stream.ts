import { Writable } from "node:stream";
import { type Clock, type Level, parseLevel, systemClock } from "@taffrail/contracts";
import type { Logger } from "../logger.ts";
import { originalTime } from "./foreign-time.ts";

export interface PinoStreamOptions {
  /** Key of the message, if pino was given another than `msg`. */
  readonly messageKey?: string;
  /** Where the present time comes from. Default: the machine. */
  readonly clock?: Pick<Clock, "now">;
}

/** Most characters of one line; what is longer is logged in pieces. */
const longestLine = 1024 * 1024;

/** pino's numbers and names alike; numbers between two levels count as the lower one. */
function levelOf(level: unknown): Level {
  if (typeof level === "string") return parseLevel(level) ?? "info";
  const found = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
  const index = typeof level === "number" ? Math.floor(level / 10) - 1 : 2;
  return found[Math.min(Math.max(index, 0), found.length - 1)] ?? "info";
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A stream for pino to write to: `pino(options, taffrailStream(log))`. Each line becomes a record: level and message are carried over, everything
 * else becomes fields. The record has the time of its arrival; a time of pino's that is a second or more away from it is kept as `original_time`.
 * Lines that are no JSON become messages of level info, so the output of another program can be piped into it too.
 *
 * @example const log = pino({ level: "trace" }, taffrailStream(taffrail));
 */
export function taffrailStream(log: Logger, options: PinoStreamOptions = {}): Writable {
  const { messageKey = "msg", clock = systemClock } = options;
  const decoder = new TextDecoder();
  let begun = "";

  const take = (line: string): void => {
    if (line.trim() === "") return;
    const record = parse(line);
    if (record === undefined) {
      log.info(line);
      return;
    }
    const { level, time, [messageKey]: message, ...fields } = record;
    const text = typeof message === "string" ? message : "";
    const kept = typeof message === "string" || message === undefined ? {} : { [messageKey]: message };
    log.log(levelOf(level), text, { ...fields, ...kept, ...originalTime(time, clock.now()) });
  };
  const takeAll = (text: string): void => {
    const lines = (begun + text).split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) take(line);
    while (begun.length > longestLine) {
      take(begun.slice(0, longestLine));
      begun = begun.slice(longestLine);
    }
  };
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      takeAll(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      done();
    },
    final(done) {
      takeAll(decoder.decode());
      take(begun);
      begun = "";
      void log.flush().then(() => done());
    },
  });
}

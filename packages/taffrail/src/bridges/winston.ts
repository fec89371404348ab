import { type Level, parseLevel } from "@taffrail/contracts";
import type { Logger } from "../logger.ts";
import { isEnabled, readThrown } from "./bridge-call.ts";
import { formatMessage } from "./printf.ts";

type WinstonMethod = (message: unknown, ...meta: unknown[]) => WinstonCompatible;

/** The part of winston's logger that call sites use. Its methods may be taken off: they do not need `this`. */
export interface WinstonCompatible {
  /** Any name of winston's levels. Setting one that is unknown throws RangeError. */
  level: string;
  readonly error: WinstonMethod;
  readonly warn: WinstonMethod;
  readonly info: WinstonMethod;
  readonly http: WinstonMethod;
  readonly verbose: WinstonMethod;
  readonly debug: WinstonMethod;
  readonly silly: WinstonMethod;
  log(level: string, message: unknown, ...meta: unknown[]): WinstonCompatible;
  log(record: { readonly level: string; readonly message: unknown }): WinstonCompatible;
  isLevelEnabled(level: string): boolean;
  child(bindings: object): WinstonCompatible;
}

/** One object of all that was given beside the message: errors under `err`, objects joined, the rest in `args`. */
function joinMeta(meta: readonly unknown[], known: object): object {
  const entries: [string, unknown][] = [];
  const args: unknown[] = [];
  for (const item of meta) {
    if (item instanceof Error && !entries.some(([key]) => key === "err")) entries.push(["err", item]);
    else if (typeof item === "object" && item !== null && !Array.isArray(item)) entries.push(...Object.entries(item));
    else if (item !== undefined && typeof item !== "function") args.push(item);
  }
  if (args.length > 0) entries.push(["args", args]);
  return Object.fromEntries([...entries, ...Object.entries(known)]);
}

function logAs(log: Logger, level: Level, known: object, message: unknown, meta: readonly unknown[]): void {
  if (typeof message === "string") {
    const { message: text, rest } = formatMessage(message, meta);
    log.log(level, text, () => joinMeta(rest, known));
  } else if (message instanceof Error) {
    log.log(level, message.message, () => joinMeta([message, ...meta], known));
  } else {
    log.log(level, () => joinMeta([message, ...meta], known));
  }
}

/** The parts of a record that was given whole. Throws what its getters throw. */
function readRecord(record: object): { readonly name: string; readonly message: unknown; readonly fields: object } {
  const { level, message, ...fields } = record as { readonly level?: unknown; readonly message?: unknown };
  return { name: String(level), message, fields };
}

/** A record given whole. Never throws. */
function logRecord(log: Logger, record: object): void {
  try {
    const { name, message, fields } = readRecord(record);
    logWinston(log, name, message, [fields]);
  } catch (error) {
    log.info("", { "taffrail.fields_error": readThrown(error) });
  }
}

/**
 * A winston call as a record, for the logger and the transport. Never throws.
 *
 * @example logWinston(log, "http", "GET /", [{ status: 200 }])
 */
export function logWinston(log: Logger, name: string, message: unknown, meta: readonly unknown[]): void {
  const level = parseLevel(name) ?? "info";
  const known = parseLevel(name) === undefined ? { winston_level: name } : {};
  try {
    logAs(log, level, known, message, meta);
  } catch (error) {
    // Something among the arguments throws when it is looked at; the rest of the call is worth keeping.
    log.log(level, typeof message === "string" ? message : "", {
      ...known,
      "taffrail.fields_error": readThrown(error),
    });
  }
}

/**
 * Puts winston's call surface on a logger, for call sites that are to stay as they are. `silly` is trace, `verbose` and `http` are debug. An error
 * beside a message is kept as `err`; the message stays as it is.
 *
 * @example const logger = winstonCompatible(log); logger.info("ready", { port }); logger.log("error", "failed", error);
 */
export function winstonCompatible(log: Logger): WinstonCompatible {
  const method =
    (name: string): WinstonMethod =>
    (message, ...meta) => {
      logWinston(log, name, message, meta);
      return bridged;
    };
  const bridged: WinstonCompatible = {
    get level() {
      return log.level;
    },
    set level(name) {
      const level = name === "off" ? name : parseLevel(name);
      if (level === undefined) throw new RangeError(`unknown level ${name}`);
      log.level = level;
    },
    error: method("error"),
    warn: method("warn"),
    info: method("info"),
    http: method("http"),
    verbose: method("verbose"),
    debug: method("debug"),
    silly: method("silly"),
    log(first: unknown, message?: unknown, ...meta: unknown[]) {
      if (typeof first === "object" && first !== null) logRecord(log, first);
      else logWinston(log, String(first), message, meta);
      return bridged;
    },
    isLevelEnabled(name) {
      const level = parseLevel(name);
      return level !== undefined && isEnabled(log, level);
    },
    child: (bindings) => winstonCompatible(log.child(bindings)),
  };
  return bridged;
}

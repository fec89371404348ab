import { type Level, parseLevel, TaffrailError } from "@taffrail/contracts";
import type { LevelSetting } from "../level-cell.ts";
import type { Logger } from "../logger.ts";
import { isEnabled, readThrown } from "./bridge-call.ts";
import { formatMessage } from "./printf.ts";

type Serializers = Readonly<Record<string, (value: never) => unknown>>;
type PinoMethod = (first: unknown, ...rest: unknown[]) => void;

export interface PinoBridgeOptions {
  /** Functions that turn the value of a field into what is logged. */
  readonly serializers?: Serializers;
}

export interface PinoChildOptions extends PinoBridgeOptions {
  readonly level?: string;
  /** Stands before each message. */
  readonly msgPrefix?: string;
}

/** The part of pino's logger that libraries use. Its methods may be taken off: they do not need `this`. */
export interface PinoCompatible {
  /** As in pino; `silent` is nothing at all. */
  level: string;
  readonly levels: {
    readonly labels: Readonly<Record<number, string>>;
    readonly values: Readonly<Record<string, number>>;
  };
  readonly levelVal: number;
  readonly trace: PinoMethod;
  readonly debug: PinoMethod;
  readonly info: PinoMethod;
  readonly warn: PinoMethod;
  readonly error: PinoMethod;
  readonly fatal: PinoMethod;
  readonly silent: PinoMethod;
  isLevelEnabled(level: string): boolean;
  bindings(): Record<string, unknown>;
  child(bindings: object, options?: PinoChildOptions): PinoCompatible;
  flush(done?: (error?: Error) => void): void;
}

const values: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
const labels: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(values).map(([label, value]) => [value, label]),
);

const toPino = (setting: LevelSetting): string => (setting === "off" ? "silent" : setting);
const toSetting = (level: string): LevelSetting | undefined => (level === "silent" ? "off" : parseLevel(level));

function serialize(fields: object, serializers: Serializers): object {
  const keys = Object.keys(serializers).filter((key) => Object.hasOwn(fields, key));
  if (keys.length === 0) return fields;
  const changed: Record<string, unknown> = { ...fields };
  for (const key of keys) {
    const serializer = serializers[key] as ((value: unknown) => unknown) | undefined;
    try {
      changed[key] = serializer?.(changed[key]);
    } catch (error) {
      // A field that cannot be shown must neither reach the caller as an exception nor show what the serializer would have hidden.
      changed[key] = `[serializer failed: ${readThrown(error)}]`;
    }
  }
  return changed;
}

interface State {
  readonly log: Logger;
  readonly bindings: Readonly<Record<string, unknown>>;
  readonly serializers: Serializers;
  readonly prefix: string;
}

/** What arguments that no placeholder took add to the call: kept, as fields, so that nothing is lost. */
function restFields(rest: readonly unknown[]): object {
  const [only] = rest;
  if (rest.length !== 1 || typeof only !== "object" || only === null) return { args: rest };
  return only instanceof Error ? { err: only } : only;
}

/** One call. Fields are made only if the logger takes the level. */
function emit({ log, serializers, prefix }: State, level: Level, first: unknown, rest: readonly unknown[]): void {
  if (typeof first === "string") {
    const { message, rest: left } = formatMessage(first, rest);
    if (left.length === 0) log.log(level, prefix + message);
    else log.log(level, prefix + message, () => serialize(restFields(left), serializers));
    return;
  }
  const own = first instanceof Error ? { err: first } : (first ?? {});
  const [text, ...args] = rest;
  const said = typeof text === "string" ? text : first instanceof Error ? first.message : undefined;
  const { message, rest: left } = formatMessage(said ?? "", args);
  const fields = (): object => {
    const shown = serialize(typeof own === "object" ? own : { value: own }, serializers);
    return left.length === 0 ? shown : { ...shown, args: left };
  };
  if (said === undefined && prefix === "") log.log(level, fields);
  else log.log(level, prefix + message, fields);
}

/** The fields of a child. A getter among them that throws must not reach the caller. */
function readBindings(own: object, serializers: Serializers): Readonly<Record<string, unknown>> {
  try {
    return { ...serialize(own, serializers) };
  } catch (error) {
    return { "taffrail.fields_error": readThrown(error) };
  }
}

function refuseRedaction(options: object): void {
  if (!Object.hasOwn(options, "redact")) return;
  const reason = "a child cannot have rules of its own; the option `redact` of createLogger holds for all";
  throw new TaffrailError("option_invalid", { where: "pinoCompatible child", key: "redact", reason });
}

function wrap(state: State): PinoCompatible {
  const { log, bindings, serializers, prefix } = state;
  const method =
    (level: Level): PinoMethod =>
    (first, ...rest) => {
      try {
        emit(state, level, first, rest);
      } catch (error) {
        // Something among the arguments throws when it is looked at; the rest of the call is worth keeping.
        const message = [first, rest[0]].find((value) => typeof value === "string") ?? "";
        log.log(level, prefix + message, { "taffrail.fields_error": readThrown(error) });
      }
    };
  return {
    get level() {
      return toPino(log.level);
    },
    set level(level) {
      const setting = toSetting(level);
      if (setting === undefined) throw new RangeError(`unknown level ${level}`);
      log.level = setting;
    },
    levels: { labels, values },
    get levelVal() {
      return values[log.level] ?? Number.POSITIVE_INFINITY;
    },
    trace: method("trace"),
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    fatal: method("fatal"),
    silent: () => {},
    isLevelEnabled: (level) => isEnabled(log, toSetting(level) ?? "off"),
    bindings: () => ({ ...bindings }),
    child(own, options = {}) {
      refuseRedaction(options);
      const joined = { ...serializers, ...options.serializers };
      const shown = readBindings(own, joined);
      const level = options.level === undefined ? undefined : toSetting(options.level);
      return wrap({
        log: log.child(shown, level === undefined ? {} : { level }),
        bindings: { ...bindings, ...shown },
        serializers: joined,
        prefix: prefix + (options.msgPrefix ?? ""),
      });
    },
    flush(done) {
      void log.flush().then(() => done?.());
    },
  };
}

/**
 * Puts pino's call surface on a logger, for libraries that want a pino (Fastify's `loggerInstance`) and for call sites that are to stay as they are.
 * Placeholders of messages are filled in; arguments that none takes are kept in the field `args`.
 *
 * @example const app = fastify({ loggerInstance: pinoCompatible(log) });
 */
export function pinoCompatible(log: Logger, options: PinoBridgeOptions = {}): PinoCompatible {
  return wrap({ log, bindings: {}, serializers: options.serializers ?? {}, prefix: "" });
}

import {
  isBoolean,
  isEither,
  isFunction,
  isHttpUrl,
  isInteger,
  isListOf,
  isNumber,
  isObject,
  isOneOf,
  isText,
  type OptionCheck,
} from "./check-options.ts";
import { deliveryChecks, isFalse } from "./delivery-checks.ts";
import { nestedDefinitions, type OptionDefinition } from "./nested-definitions.ts";
import { isLevelSetting } from "./option-hints.ts";
import {
  type OptionReader,
  readAsText,
  readBoolean,
  readBytes,
  readFields,
  readLevel,
  readList,
  readMilliseconds,
  readNumber,
  readNumberOrFalse,
  readObjectOr,
} from "./option-text.ts";
import type { LoggerOptions } from "./option-types.ts";
import { presetNames } from "./presets.ts";
import { isSinkList } from "./sink-entries.ts";

/** An option of `createLogger`. */
export interface LoggerOptionDefinition extends OptionDefinition {
  readonly key: keyof LoggerOptions;
  readonly group: "core" | "delivery" | "valves" | "plugins" | "durable" | "exit" | "observe";
  /** Environment variables; the first that is set counts. None: the option has no form as text. */
  readonly variables: readonly string[];
  /** Reads the text of a variable. */
  readonly read: OptionReader;
  /** True: `log.configure` and a changed config file change it while the logger works. */
  readonly runtime: boolean;
  /** False: it cannot stand in a config file. */
  readonly inFile: boolean;
  /** Options inside the option, when it is given as an object. */
  readonly nested: readonly OptionDefinition[] | undefined;
}

type Definition = Pick<LoggerOptionDefinition, "type" | "check" | "default" | "description"> &
  Partial<LoggerOptionDefinition>;

/** `TAFFRAIL_` and the name in capitals: `bufferBytes` is `TAFFRAIL_BUFFER_BYTES`. */
function variableOf(key: string): string {
  return `TAFFRAIL_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function group(
  name: LoggerOptionDefinition["group"],
  definitions: Readonly<Partial<Record<keyof LoggerOptions, Definition>>>,
): readonly LoggerOptionDefinition[] {
  return Object.entries(definitions).map(([key, definition]) => ({
    key: key as keyof LoggerOptions,
    group: name,
    variables: [variableOf(key)],
    read: readAsText,
    runtime: false,
    inFile: true,
    nested: nestedDefinitions[key],
    ...definition,
  }));
}

const codeOnly = { variables: [], inFile: false } as const;
const signals = ["SIGTERM", "SIGINT"] as const;
const isObjectOrBoolean = isEither(isObject, isBoolean, "an object, true or false");
const isPlugin: OptionCheck = (value) =>
  isObject(value) ??
  (isObject((value as { readonly manifest?: unknown }).manifest) && "it must be a plugin with a manifest");
const isPath: OptionCheck = isEither(isText, (value) => (value === true ? undefined : "no"), "a path or true");
const isRedact: OptionCheck = (value) =>
  Array.isArray(value)
    ? "it must be an object or false; places go in { paths: [...] }"
    : isEither(isObject, isFalse, "an object or false")(value);
const longestMs = 2 ** 31 - 1;

const core = group("core", {
  service: {
    type: "string",
    check: isText,
    default: '"unknown_service"',
    description: "Name of the service, in every line.",
    variables: ["TAFFRAIL_SERVICE", "OTEL_SERVICE_NAME"],
  },
  level: {
    type: '"trace" | "debug" | "info" | "warn" | "error" | "fatal" | "off"',
    check: isLevelSetting,
    default: '"info"',
    description: "Least level that is logged.",
    read: readLevel,
    runtime: true,
  },
  fields: {
    type: "object",
    check: isObject,
    default: "{}",
    description: "Fields of every line. As a variable: JSON, or `key=value` between commas.",
    read: readFields,
  },
  limits: {
    type: "object",
    check: isObject,
    default: "{}",
    description: "Bounds of one record; what exceeds them is replaced by a marker that says so.",
    read: readObjectOr(readAsText),
  },
  preset: {
    type: presetNames.map((name) => `"${name}"`).join(" | "),
    check: isOneOf(presetNames),
    default: "none",
    description: "A set of defaults for a kind of program.",
  },
  config: {
    type: "string | true",
    check: isPath,
    default: "none",
    description: "A config file (JSON) to read; `true` is `taffrail.config.json` in the working directory.",
    read: (text) => (text === "true" ? true : text),
    inFile: false,
  },
  watchConfig: {
    type: "boolean",
    check: isBoolean,
    default: "false",
    description:
      "The config file is read again when it changes; what can change at run time takes effect. A bad file changes nothing and is told once.",
    read: readBoolean,
  },
  server: {
    type: "string",
    check: isHttpUrl,
    default: "none",
    description:
      "Address of a Taffrail server: adds an HTTP sink. One that comes from farther away than `sinks` adds nothing.",
    variables: ["TAFFRAIL_SERVER", "TAFFRAIL_URL"],
  },
  sinks: {
    type: "(Sink | SinkEntry)[]",
    check: isSinkList,
    default: "console",
    description:
      'Where lines go. In a config file and as a variable: objects such as `{"type":"file","path":"app.log","level":"warn"}`, or types alone.',
    read: readList,
    runtime: true,
  },
});

const delivery = group("delivery", {
  bufferBytes: {
    type: "number",
    check: deliveryChecks.bufferBytes,
    default: "16777216",
    description: "Memory that waiting records may take, for each sink, in bytes.",
    read: readBytes,
  },
  overflow: {
    type: '"drop-new" | "drop-old" | "block" | { [level]: … }',
    check: deliveryChecks.overflow,
    default: '"drop-new"',
    description: "What happens when that memory is full, for all levels or for each.",
    read: readObjectOr(readAsText),
  },
  reserve: {
    type: "number",
    check: isNumber(0, 0.5),
    default: "0.1",
    description: "Share of that memory that only error, fatal and audit records may use.",
    read: readNumber,
  },
  retryForMs: {
    type: "number",
    check: deliveryChecks.retryForMs,
    default: "300000",
    description:
      "How long a batch that a sink cannot take is tried again, in ms. Records on disk (`durable`) are tried until they are too old.",
    read: readMilliseconds,
  },
  writeTimeoutMs: {
    type: "number",
    check: deliveryChecks.writeTimeoutMs,
    default: "15000",
    description: "Time after which a write of a sink is aborted and tried again, in ms.",
    read: readMilliseconds,
  },
  breaker: {
    type: "object | false",
    check: deliveryChecks.breaker,
    default: "{}",
    description: "Leaves a sink that keeps failing alone for a while; false never does.",
    read: readObjectOr(readBoolean),
  },
  shedding: {
    type: "boolean",
    check: isBoolean,
    default: "false",
    description: "Leaves out quiet records while a buffer is nearly full, quietest first, and counts them.",
    read: readBoolean,
    runtime: true,
  },
});

const valves = group("valves", {
  sampling: {
    type: "object | number | false",
    check: isEither(isEither(isObject, isNumber(0, 1), ""), isFalse, "an object, a number from 0 to 1, or false"),
    default: "false",
    description: "Keeps a share of the records. A number is the rate.",
    read: readObjectOr(readNumberOrFalse),
    runtime: true,
  },
  rateLimit: {
    type: "object | false",
    check: isEither(isObject, isFalse, "an object or false"),
    default: "false",
    description: "Bounds the records of a second.",
    read: readObjectOr(readBoolean),
    runtime: true,
  },
  dedupe: {
    type: "object | boolean",
    check: isObjectOrBoolean,
    default: "false",
    description: "Joins records that equal each other.",
    read: readObjectOr(readBoolean),
    runtime: true,
  },
  fingersCrossed: {
    type: "object | boolean",
    check: isObjectOrBoolean,
    default: "false",
    description:
      "Records of a request that are too quiet for their logger wait, and are shown only if the request fails.",
    read: readObjectOr(readBoolean),
  },
});

const plugins = group("plugins", {
  plugins: {
    ...codeOnly,
    type: "Plugin[]",
    check: isListOf(isPlugin),
    default: "[]",
    description: "Filters, enrichers, redactors and processors, in the order in which they work.",
  },
  allowPlugins: {
    type: "string[]",
    check: isListOf(isText),
    default: "all",
    description: "Names of the plugins and sinks from elsewhere that may be used; those of this package always may.",
    read: readList,
  },
  denyPlugins: {
    type: "string[]",
    check: isListOf(isText),
    default: "[]",
    description: "Names of plugins and sinks that may not be used. Built-in redaction cannot be named here.",
    read: readList,
  },
  redact: {
    type: "object | false",
    check: isRedact,
    default: "{}",
    description: "What is kept out of records; false looks for nothing.",
    read: readObjectOr(readBoolean),
    runtime: true,
  },
});

const durable = group("durable", {
  durable: {
    type: "object | boolean",
    check: isObjectOrBoolean,
    default: "false",
    description: "Records for sinks that use the network wait on disk, where they survive the process.",
    read: readObjectOr(readBoolean),
  },
});

const exit = group("exit", {
  signals: {
    type: '("SIGTERM" | "SIGINT")[]',
    check: isListOf(isOneOf(signals)),
    default: '["SIGTERM", "SIGINT"]',
    description:
      "Signals before which waiting records are written; an empty list (as a variable: `none`) leaves signals alone.",
    read: readList,
  },
  exitTimeoutMs: {
    type: "number",
    check: isInteger(0, 600_000),
    default: "2000",
    description: "How long the end of the process may wait for sinks, in ms.",
    read: readMilliseconds,
  },
});

const observe = group("observe", {
  debugSignalMinutes: {
    type: "number",
    check: isNumber(0, 1440),
    default: "0",
    description: "Minutes for which SIGUSR2 shows debug records; a second one ends it. 0: the signal is left alone.",
    read: readNumber,
  },
  metricsIntervalMs: {
    type: "number",
    check: isInteger(0, longestMs),
    default: "0",
    description: "How often the logger's own metrics are sent to sinks that take metrics, in ms. 0: never.",
    read: readMilliseconds,
  },
  onProblem: {
    ...codeOnly,
    type: "function",
    check: isFunction,
    default: "one line on standard error",
    description: "Told about drops and failing sinks, seldom.",
  },
  clock: {
    ...codeOnly,
    type: "Clock",
    check: isObject,
    default: "the machine's",
    description: "Where time comes from.",
  },
});

/** Every option of `createLogger`. */
export const loggerOptionDefinitions: readonly LoggerOptionDefinition[] = [
  ...core,
  ...delivery,
  ...valves,
  ...plugins,
  ...durable,
  ...exit,
  ...observe,
];

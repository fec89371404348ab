import type { Attributes } from "@opentelemetry/api";
import type { Sampler } from "@opentelemetry/sdk-trace-node";
import { TaffrailError } from "@taffrail/contracts";
import type { LoggerOptions, OtlpSinkOptions } from "taffrail";
import type { AutoInstrumentation } from "./instrumentation.ts";
import type { TelemetryLog } from "./telemetry-log.ts";

/** Options of `startTelemetry`. Where nothing says otherwise, telemetry goes where OpenTelemetry's variables say, or to `http://localhost:4318`. */
export interface TelemetryOptions<L extends TelemetryLog = TelemetryLog> {
  /** A logger of yours to send through. It is flushed at the shutdown, not closed. Without it a logger is made, and closed at the shutdown. */
  readonly log?: L;
  /** Options of the logger that is made. */
  readonly loggerOptions?: LoggerOptions;
  /** Name of the service, for records, spans and metrics. Default: `OTEL_SERVICE_NAME`. */
  readonly service?: string;
  /** URL of a Taffrail server, for the logger that is made. */
  readonly server?: string;
  /** URL of an OTLP/HTTP receiver (or all options of `otlpSink`), for the logger that is made. */
  readonly otlp?: string | OtlpSinkOptions;
  /** More attributes of the resource. */
  readonly resource?: Attributes;
  /** Default true. `sampler`: the share of new traces that is recorded (0 to 1), or a sampler of OpenTelemetry's. Default: `OTEL_TRACES_SAMPLER`, else all. */
  readonly traces?: boolean | { readonly sampler?: number | Sampler };
  /** Default true. `intervalMs`: time between two collections. Default 60000. */
  readonly metrics?: boolean | { readonly intervalMs?: number };
  /** Metrics of the event loop, garbage collector, heap and process. Default true. */
  readonly runtimeMetrics?: boolean;
  /** Default false: nothing is loaded. */
  readonly autoInstrumentation?: AutoInstrumentation;
}

type Check = (value: unknown) => string | undefined;

const isBoolean: Check = (value) => (typeof value === "boolean" ? undefined : "it must be true or false");
const isObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "it must be an object";
const isText: Check = (value) =>
  typeof value === "string" && value !== "" ? undefined : "it must be a non-empty string";
const isUrl: Check = (value) =>
  typeof value === "string" && /^https?:/.test(value) && URL.canParse(value)
    ? undefined
    : "it must be an http or https URL";

/** A switch, or an object with one setting that is checked. */
function switchWith(key: string, check: Check): Check {
  return (value) => {
    if (typeof value === "boolean") return undefined;
    if (isObject(value) !== undefined) return "it must be true, false or an object";
    const unknown = Object.keys(value as object).find((name) => name !== key);
    if (unknown !== undefined) return `${unknown} is unknown; known is ${key}`;
    const setting = (value as Readonly<Record<string, unknown>>)[key];
    const reason = setting === undefined ? undefined : check(setting);
    return reason === undefined ? undefined : `${key}: ${reason}`;
  };
}

const isSampler: Check = (value) =>
  (typeof value === "number" && value >= 0 && value <= 1) ||
  typeof (value as { readonly shouldSample?: unknown } | null)?.shouldSample === "function"
    ? undefined
    : "it must be a share from 0 to 1, or a sampler";
const isInterval: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 10 && Number(value) < 2 ** 31
    ? undefined
    : "it must be a whole number of milliseconds, at least 10";

const members = ["emit", "flush", "close", "warn"] as const;
const isLog: Check = (value) =>
  members.every((name) => typeof (value as Readonly<Record<string, unknown>> | null)?.[name] === "function")
    ? undefined
    : `it must be a logger, with ${members.join(", ")}`;

const isInstrumentation = (item: unknown): boolean =>
  isText(item) === undefined ||
  (["enable", "disable", "setTracerProvider", "setMeterProvider"] as const).every(
    (name) => typeof (item as Readonly<Record<string, unknown>> | null)?.[name] === "function",
  );
const isAutoInstrumentation: Check = (value) =>
  typeof value === "boolean" || (Array.isArray(value) && value.every(isInstrumentation))
    ? undefined
    : "it must be true, false, or a list of names and instrumentations";

const checks: Readonly<Record<keyof TelemetryOptions, Check>> = {
  log: isLog,
  loggerOptions: isObject,
  service: isText,
  server: isUrl,
  otlp: (value) => (typeof value === "string" ? isUrl(value) : isObject(value)),
  resource: isObject,
  traces: switchWith("sampler", isSampler),
  metrics: switchWith("intervalMs", isInterval),
  runtimeMetrics: isBoolean,
  autoInstrumentation: isAutoInstrumentation,
};

/** With a logger given, what would make one has no effect: that is told, not swallowed. */
const ofMadeLogger = ["loggerOptions", "server", "otlp"] as const;

/** Throws `option_unknown` and `option_invalid`. An option that is undefined counts as not given. */
export function checkTelemetryOptions(options: TelemetryOptions): void {
  const where = "startTelemetry";
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(checks, key)) {
      throw new TaffrailError("option_unknown", { where, key, hint: "", known: Object.keys(checks).join(", ") });
    }
    const reason = checks[key as keyof TelemetryOptions](value);
    if (reason !== undefined) throw new TaffrailError("option_invalid", { where, key, reason });
  }
  const idle = options.log === undefined ? undefined : ofMadeLogger.find((key) => options[key] !== undefined);
  if (idle !== undefined) {
    throw new TaffrailError("option_invalid", { where, key: idle, reason: "it has no effect beside log" });
  }
}

import { type Signal, TaffrailError } from "@taffrail/contracts";
import type { Fields } from "../../formats/parsed-line.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says about one signal; what it leaves open is undefined. */
export interface EnvironmentSettings {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly protocol: "protobuf" | "json" | undefined;
  readonly compression: "gzip" | "none" | undefined;
  readonly timeoutMs: number | undefined;
}

const prefix = "OTEL_EXPORTER_OTLP_";

function invalid(key: string, reason: string): TaffrailError {
  return new TaffrailError("option_invalid", { where: "otlpSink environment", key, reason });
}

/** Reads `a=1,b=2`; names and values may be percent-encoded. */
function readPairs(key: string, text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^\s*([^=]*[^=\s])\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw invalid(key, "it must be a list of name=value");
      try {
        return [decodeURIComponent(name), decodeURIComponent(value)];
      } catch {
        throw invalid(key, "a percent sign stands before no code");
      }
    }),
  );
}

const protocols: Readonly<Record<string, "protobuf" | "json">> = { "http/protobuf": "protobuf", "http/json": "json" };
const compressions: Readonly<Record<string, "gzip" | "none">> = { gzip: "gzip", none: "none" };

/** The value of a variable, the signal's own before the general one, with the name it was found under. */
function find(env: Environment, signal: Signal, name: string): readonly [string, string] | undefined {
  for (const key of [`${prefix}${signal.toUpperCase()}_${name}`, prefix + name]) {
    const value = env[key]?.trim();
    if (value !== undefined && value !== "") return [key, value];
  }
  return undefined;
}

function choice<Word>(
  found: readonly [string, string] | undefined,
  words: Readonly<Record<string, Word>>,
): Word | undefined {
  if (found === undefined) return undefined;
  const [key, value] = found;
  if (!Object.hasOwn(words, value)) throw invalid(key, `it must be one of ${Object.keys(words).join(", ")}`);
  return words[value];
}

function urlOf(found: readonly [string, string] | undefined, signal: Signal): string | undefined {
  if (found === undefined) return undefined;
  const [key, value] = found;
  if (!/^https?:/.test(value) || !URL.canParse(value)) throw invalid(key, "it must be an http or https URL");
  return key === `${prefix}ENDPOINT` ? signalUrl(value, signal) : value;
}

/**
 * Address of one signal below the address of a receiver.
 *
 * @example signalUrl("http://collector:4318/", "logs") // "http://collector:4318/v1/logs"
 */
export function signalUrl(base: string, signal: Signal): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url.href;
}

/**
 * Reads the variables that OpenTelemetry names for OTLP exporters: ENDPOINT (the general one gets the signal's path), HEADERS, PROTOCOL,
 * COMPRESSION and TIMEOUT (ms), those of the signal (`…_LOGS_ENDPOINT`) before the general ones. Throws `option_invalid` with the variable's name.
 *
 * @example readOtlpEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, "logs").url // "http://collector:4318/v1/logs"
 */
export function readOtlpEnvironment(env: Environment, signal: Signal): EnvironmentSettings {
  const headers = find(env, signal, "HEADERS");
  const timeout = find(env, signal, "TIMEOUT");
  const timeoutMs = timeout === undefined ? undefined : Number(timeout[1]);
  if (timeout !== undefined && !(Number.isInteger(timeoutMs) && Number(timeoutMs) > 0)) {
    throw invalid(timeout[0], "it must be a whole number of ms");
  }
  return {
    url: urlOf(find(env, signal, "ENDPOINT"), signal),
    headers: headers === undefined ? undefined : readPairs(...headers),
    protocol: choice(find(env, signal, "PROTOCOL"), protocols),
    compression: choice(find(env, signal, "COMPRESSION"), compressions),
    timeoutMs,
  };
}

/**
 * Attributes of what sends, from OTEL_RESOURCE_ATTRIBUTES. Throws `option_invalid`.
 *
 * @example readResource({ OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=prod" }) // { "deployment.environment.name": "prod" }
 */
export function readResource(env: Environment): Fields {
  const text = env.OTEL_RESOURCE_ATTRIBUTES;
  return text === undefined ? {} : readPairs("OTEL_RESOURCE_ATTRIBUTES", text);
}

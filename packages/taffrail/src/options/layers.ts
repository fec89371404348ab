import { TaffrailError } from "@taffrail/contracts";
import { checkNested } from "./check-options.ts";
import { type LoggerOptionDefinition, loggerOptionDefinitions } from "./definitions.ts";
import { nearName } from "./near-name.ts";
import { checksOf } from "./nested-definitions.ts";
import { noOptions, unknownOption } from "./option-hints.ts";

/** Options from one source: the call, the environment, a config file or a preset. */
export interface Layer {
  readonly kind: "option" | "environment" | "file" | "preset";
  /** The source, for messages: `createLogger`, `environment`, the path of a file. */
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** How the source calls an option. */
  readonly nameOf: (key: string) => string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Definitions by key. */
export const definitionOf: ReadonlyMap<string, LoggerOptionDefinition> = new Map(
  loggerOptionDefinitions.map((definition) => [definition.key, definition]),
);

/** The keys that a source may use. */
function knownKeys(kind: Layer["kind"]): readonly string[] {
  const known = loggerOptionDefinitions.filter(({ inFile }) => inFile || kind === "option");
  return known.map(({ key }) => key);
}

/** Checks one value that is not undefined. Throws `option_unknown` and `option_invalid`. */
export function checkValue(
  layer: Pick<Layer, "where" | "nameOf">,
  definition: LoggerOptionDefinition,
  value: unknown,
): void {
  const { where } = layer;
  const key = layer.nameOf(definition.key);
  const reason = definition.check(value);
  if (reason !== undefined) throw new TaffrailError("option_invalid", { where, key, reason });
  if (definition.nested !== undefined) checkNested(value, { where, key }, checksOf(definition.nested));
}

/**
 * Refuses what is unknown or not valid in a source. What is undefined counts as not given.
 * Throws `option_unknown` and `option_invalid`; both name the source and its own name for the option.
 *
 * @example checkLayer(optionLayer({ level: "loud" })) // throws option_invalid
 */
export function checkLayer(layer: Layer): void {
  for (const [key, value] of Object.entries(layer.values)) {
    const definition = definitionOf.get(key);
    if (definition === undefined || (layer.kind === "file" && !definition.inFile)) {
      throw unknownOption(layer.where, key, knownKeys(layer.kind));
    }
    if (value !== undefined) checkValue(layer, definition, value);
  }
}

/** The options of a call. Throws `option_invalid` when they are no object. */
export function optionLayer(options: unknown, where = "createLogger"): Layer {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw noOptions(where);
  }
  return { kind: "option", where, values: { ...options }, nameOf: (key) => key };
}

/** The first variable of an option that is set; an empty one counts as not set. */
function variableIn(env: Environment, { variables }: LoggerOptionDefinition): string | undefined {
  return variables.find((name) => env[name] !== undefined && env[name] !== "");
}

/** The options that the environment holds, read from their text. */
export function environmentLayer(env: Environment): Layer {
  const names = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const definition of loggerOptionDefinitions) {
    const variable = variableIn(env, definition);
    if (variable === undefined) continue;
    names.set(definition.key, variable);
    values[definition.key] = definition.read(env[variable] ?? "");
  }
  return { kind: "environment", where: "environment", values, nameOf: (key) => names.get(key) ?? key };
}

const prefix = "TAFFRAIL_";

/**
 * Variables that look like a typing error of one of ours. Other parts of Taffrail have variables too, so an unknown name alone is no mistake; and a
 * program must not stop for a variable that may be meant for another one.
 *
 * @example misspelt({ TAFFRAIL_LEVLE: "debug" }) // ["TAFFRAIL_LEVLE is unknown; did you mean TAFFRAIL_LEVEL?"]
 */
export function misspelt(env: Environment): readonly string[] {
  const known = loggerOptionDefinitions.flatMap(({ variables }) => variables);
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith(prefix) || known.includes(name)) return [];
    const near = nearName(
      name.slice(prefix.length),
      known.map((each) => each.slice(prefix.length)),
    );
    return near === undefined ? [] : [`environment variable ${name} is unknown; did you mean ${prefix}${near}?`];
  });
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A nearer value over a farther one: objects are joined key by key, `true` keeps the object that says how, all else replaces. */
export function over(nearer: unknown, farther: unknown): unknown {
  if (nearer === undefined) return farther;
  if (nearer === true && isPlain(farther)) return farther;
  return isPlain(nearer) && isPlain(farther) ? { ...farther, ...nearer } : nearer;
}

/**
 * Joins sources, the nearest first.
 *
 * @example mergeLayers([options, environment, file, preset]).level
 */
export function mergeLayers(layers: readonly Layer[]): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = {};
  for (const { key } of loggerOptionDefinitions) {
    const value = layers.reduceRight<unknown>((farther, { values }) => over(values[key], farther), undefined);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

import { TaffrailError } from "@taffrail/contracts";
import { noOptions, unknownOption } from "./option-hints.ts";

/** Says what is wrong with a value, or undefined when it will do. */
export type OptionCheck = (value: unknown) => string | undefined;

/** One check for each known option. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>;

/**
 * Refuses options that are unknown or not valid. An option that is undefined counts as not given.
 * Throws `option_unknown` (with the known names) or `option_invalid` (with the reason).
 *
 * @example checkOptions("fileSink", options, { path: isText });
 */
export function checkOptions(where: string, options: unknown, checks: OptionChecks): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw noOptions(where);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, key)) {
      throw unknownOption(where, key, Object.keys(checks));
    }
    const reason = value === undefined ? undefined : checks[key]?.(value);
    if (reason !== undefined) throw new TaffrailError("option_invalid", { where, key, reason });
  }
}

/**
 * The same for an object that stands inside another one: errors name it by its place, `sinks[0].level`. `values` may be anything; what is no object
 * is left to the check of the outer option.
 *
 * @example checkNested({ depth: 0 }, { where: "createLogger", key: "limits" }, { depth: isInteger(1, 100) });
 */
export function checkNested(
  values: unknown,
  place: { readonly where: string; readonly key: string },
  checks: OptionChecks,
): void {
  if (isObject(values) !== undefined) return;
  for (const [name, value] of Object.entries(values as object)) {
    const key = `${place.key}.${name}`;
    if (!Object.hasOwn(checks, name)) {
      throw unknownOption(place.where, key, Object.keys(checks));
    }
    const reason = value === undefined ? undefined : checks[name]?.(value);
    if (reason !== undefined) throw new TaffrailError("option_invalid", { where: place.where, key, reason });
  }
}

export const isText: OptionCheck = (value) =>
  typeof value === "string" && value !== "" ? undefined : "it must be a non-empty string";

export const isBoolean: OptionCheck = (value) => (typeof value === "boolean" ? undefined : "it must be true or false");

export const isObject: OptionCheck = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "it must be an object";

export const isFunction: OptionCheck = (value) => (typeof value === "function" ? undefined : "it must be a function");

/** Makes a check for whole numbers of a range, both ends included. */
export function isInteger(min: number, max: number): OptionCheck {
  return (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? undefined
      : `it must be a whole number from ${min} to ${max}`;
}

/** Makes a check for one of some words. */
export function isOneOf(words: readonly string[]): OptionCheck {
  return (value) => (words.includes(value as string) ? undefined : `it must be one of ${words.join(", ")}`);
}

export const isHttpUrl: OptionCheck = (value) => {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? undefined : "it must be an http or https URL";
};

/** Makes a check for numbers of a range, both ends included. */
export function isNumber(min: number, max: number): OptionCheck {
  return (value) =>
    typeof value === "number" && value >= min && value <= max ? undefined : `it must be a number from ${min} to ${max}`;
}

/** Makes a check for lists whose items all pass a check. */
export function isListOf(item: OptionCheck): OptionCheck {
  return (value) => {
    if (!Array.isArray(value)) return "it must be a list";
    const reasons = value.map(item);
    const wrong = reasons.findIndex((reason) => reason !== undefined);
    return wrong === -1 ? undefined : `entry ${wrong}: ${reasons[wrong]}`;
  };
}

/** Makes a check for what passes the first or the second check; `shape` says in words what both take. */
export function isEither(first: OptionCheck, second: OptionCheck, shape: string): OptionCheck {
  return (value) => (first(value) === undefined || second(value) === undefined ? undefined : `it must be ${shape}`);
}

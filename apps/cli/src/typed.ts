import { parseDuration, TaffrailError } from "@taffrail/contracts";
import type { Typed } from "./command.ts";

const usage = (reason: string): TaffrailError => new TaffrailError("usage", { reason });

/** The text of an option, or undefined when it was not given. */
export function textOption(typed: Typed, name: string): string | undefined {
  const value = typed.options[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether a flag was given. */
export const flagOption = (typed: Typed, name: string): boolean => typed.options[name] === true;

/** A whole number within bounds, `undefined` when not given; throws `usage`. */
export function countOption(
  typed: Typed,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const text = textOption(typed, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= bounds.min && value <= bounds.max) return value;
  throw usage(`--${name} ${text} is not a whole number from ${bounds.min} to ${bounds.max}`);
}

/** A duration in milliseconds, undefined when not given; throws `usage`. */
export function durationOption(typed: Typed, name: string): number | undefined {
  const text = textOption(typed, name);
  if (text === undefined) return undefined;
  const value = parseDuration(text);
  if (value === undefined) throw usage(`--${name} ${text} is not a duration like 10s, 15m or 1h`);
  return value;
}

/** A comma-separated list without empty entries, undefined when not given; throws `usage` when nothing is left. */
export function listOption(typed: Typed, name: string): readonly string[] | undefined {
  const text = textOption(typed, name);
  if (text === undefined) return undefined;
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  if (entries.length === 0) throw usage(`--${name} names nothing`);
  return entries;
}

/** Checks a server's URL and gives its origin form without a trailing slash; throws `usage`. */
export function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw usage(`--server ${text} is not a URL like http://127.0.0.1:4318`);
  if (url.username !== "" || url.password !== "") throw usage("--server must not carry a user name or password");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

import { TaffrailError } from "@taffrail/contracts";

/** Parameters of a question as they stand in the query string. Absent ones are undefined; which names exist is the route's business. */
export type QueryParameters = Readonly<Record<string, string | undefined>>;

/**
 * Reads a whole number within bounds. Throws `invalid_parameter`.
 *
 * @example readInteger({ buckets: "60" }, "buckets", { fallback: 60, min: 1, max: 500 }) // 60
 */
export function readInteger(
  parameters: QueryParameters,
  name: string,
  bounds: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  const text = parameters[name];
  if (text === undefined || text === "") return bounds.fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new TaffrailError("invalid_parameter", {
    name,
    reason: `it must be a whole number from ${bounds.min} to ${bounds.max}`,
  });
}

/** Reads a flag: `true`, `1` or the bare name mean yes, `false`, `0` or absence no. Throws `invalid_parameter`. */
export function readFlag(parameters: QueryParameters, name: string): boolean {
  const text = parameters[name];
  if (text === undefined || text === "false" || text === "0") return false;
  if (text === "" || text === "true" || text === "1") return true;
  throw new TaffrailError("invalid_parameter", { name, reason: "it must be true or false" });
}

/** Reads one of a few words. Throws `invalid_parameter`. */
export function readChoice<Choice extends string>(
  parameters: QueryParameters,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = parameters[name];
  if (text === undefined || text === "") return choices[0];
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new TaffrailError("invalid_parameter", { name, reason: `it must be one of ${choices.join(", ")}` });
}

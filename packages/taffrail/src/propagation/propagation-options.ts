import { checkOptions, type OptionChecks } from "../options/check-options.ts";

/** Which fields of the context may cross the border of the process. */
export interface PropagationOptions {
  /** Names of context fields that travel as baggage. Default: none; trace ids and baggage given by `withBaggage` always travel. */
  readonly fields?: readonly string[];
}

export const propagationChecks = {
  fields: (value) =>
    Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "")
      ? undefined
      : "it must be a list of field names",
} as const satisfies OptionChecks;

/** Throws `option_unknown` and `option_invalid`. */
export function checkPropagation(where: string, options: object, more: OptionChecks = {}): void {
  checkOptions(where, options, { ...propagationChecks, ...more });
}

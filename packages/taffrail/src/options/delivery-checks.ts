import { levels } from "@taffrail/contracts";
import { isEither, isInteger, isObject, isOneOf, type OptionCheck } from "./check-options.ts";

const policies = ["drop-new", "drop-old", "block"] as const;
const longestMs = 2 ** 31 - 1;

export const isFalse: OptionCheck = (value) => (value === false ? undefined : "it must be false");

/** A policy, or an object of level and policy. */
const isOverflow: OptionCheck = (value) => {
  if (isObject(value) !== undefined) return isOneOf(policies)(value);
  const wrong = Object.entries(value as object).find(
    ([level, policy]) => !levels.some((known) => known === level) || !policies.includes(policy),
  );
  return wrong === undefined
    ? undefined
    : `${wrong[0]}: ${String(wrong[1])}: a level and one of ${policies.join(", ")} are expected`;
};

/** Checks of options that the logger and, for itself alone, one entry of `sinks` can have. */
export const deliveryChecks = {
  bufferBytes: isInteger(1024, 2 ** 40),
  overflow: isOverflow,
  retryForMs: isInteger(0, longestMs),
  writeTimeoutMs: isInteger(1, longestMs),
  breaker: isEither(isObject, isFalse, "an object or false"),
} as const;

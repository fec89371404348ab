import type { Verdict } from "@taffrail/contracts";

/** What is done with a secret. `hash`: a keyed hash, short and stable, so equal values can be joined. `last4`: its last four characters stay. */
export const redactActions = ["mask", "hash", "drop", "last4"] as const;
export type RedactAction = (typeof redactActions)[number];

/** Carries actions out. */
export interface Actions {
  /** The text that stands instead of every secret. */
  readonly mask: string;
  /** What stands instead of a secret found in a text. */
  cover(secret: string, action: RedactAction): string;
  verdict(action: RedactAction): Verdict;
}

const shortest = 12;
const separators = /[^\p{L}\p{N}]/gu;

/** The last four letters or digits, if the rest still hides the value. */
function lastFour(secret: string): string | undefined {
  const bare = secret.replace(separators, "");
  return bare.length < shortest ? undefined : bare.slice(-4);
}

/** Values that have one text of their own; of others (objects, lists) no part may show. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}

/** Sixteen hexadecimal digits. The crypto module is loaded when the first rule hashes: it would cost every program some of its start. */
function hmac(secret: string, key: string): string {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  return createHmac("sha256", key).update(secret).digest("hex").slice(0, 16);
}

/**
 * Makes the actions of one set of options. `hashKey` must be given if any rule hashes.
 *
 * @example createActions("[redacted]", undefined).cover("4111111111111111", "last4") // "[redacted]1111"
 */
export function createActions(mask: string, hashKey: string | undefined): Actions {
  const hash = (secret: string): string => (hashKey === undefined ? mask : `hash:${hmac(secret, hashKey)}`);
  const cover = (secret: string, action: RedactAction): string => {
    if (action === "drop") return "";
    if (action === "hash") return hash(secret);
    const shown = action === "last4" ? lastFour(secret) : undefined;
    return shown === undefined ? mask : `${mask}${shown}`;
  };
  const masked: Verdict = { action: "mask", text: mask };
  const replace = (action: RedactAction): Verdict => ({
    action: "replace",
    apply(value) {
      const text = textOf(value);
      return text === undefined ? mask : cover(text, action);
    },
  });
  const verdicts: Readonly<Record<RedactAction, Verdict>> = {
    mask: masked,
    drop: { action: "drop" },
    hash: replace("hash"),
    last4: replace("last4"),
  };
  return { mask, cover, verdict: (action) => verdicts[action] };
}

const severity: Readonly<Record<RedactAction, number>> = { last4: 0, hash: 1, mask: 2, drop: 3 };

/** The one of two actions that shows less. */
export function stricter(one: RedactAction, other: RedactAction): RedactAction {
  return severity[other] > severity[one] ? other : one;
}

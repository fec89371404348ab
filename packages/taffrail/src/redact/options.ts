import { TaffrailError } from "@taffrail/contracts";
import {
  checkOptions,
  isBoolean,
  isInteger,
  isText,
  type OptionCheck,
  type OptionChecks,
} from "../options/check-options.ts";
import { type RedactAction, redactActions } from "./actions.ts";
import { looseName } from "./key-words.ts";
import { parsePath } from "./path-pattern.ts";
import { type DetectorName, detectorNames, presetNames, type RedactPreset } from "./presets.ts";

/** A rule for a place. Names compare without regard to case, `_` and `-`. */
export interface RedactPath {
  /** `user.email`, `*.token`, `**.password`, `items[*].pan`, `headers["x-key"]`. */
  readonly path: string;
  readonly action?: RedactAction;
}

/** A rule for a name at any depth, in texts too: `apiKey` is `api_key` and `API-KEY`. */
export interface RedactKey {
  readonly key: string;
  readonly action?: RedactAction;
}

/** A rule for a kind of value, wherever it stands. */
export interface RedactDetector {
  readonly detect: DetectorName;
  readonly action?: RedactAction;
}

/** What is kept out of the log. Data only, so that it can stand in a configuration file. Rules add to each other: none takes another away. */
export interface RedactOptions {
  /** Places, by path. */
  readonly paths?: readonly (string | RedactPath)[];
  /** Names, at any depth. */
  readonly keys?: readonly (string | RedactKey)[];
  /** Bundles of names and detectors. The names of `credentials` are masked without it; the detectors look into texts only of presets named here. */
  readonly presets?: readonly RedactPreset[];
  /** Kinds of values, beside those of the presets. */
  readonly detect?: readonly (DetectorName | RedactDetector)[];
  /** False: the names of `credentials` are not masked by themselves. */
  readonly defaults?: boolean;
  /** Allow-list: of all fields only these places, and what is inside them, are shown. Names compare exactly. */
  readonly allow?: readonly string[];
  /** Places that presets leave alone; other rules still hold. Names compare exactly. */
  readonly keep?: readonly string[];
  /** What is done where a rule does not say. Default `mask`. */
  readonly action?: RedactAction;
  /** The text that stands instead of a secret. Default `[redacted]`. */
  readonly text?: string;
  /** Key of the action `hash`: 16 characters at least. The same key gives the same hashes, in every process. */
  readonly hashKey?: string;
  /** Time that one text may take, in ms; a text that takes longer is masked whole. Default 25. */
  readonly timeLimitMs?: number;
}

const where = "redact";
const mostRules = 1000;

const isAction: OptionCheck = (value) =>
  redactActions.includes(value as RedactAction) ? undefined : `it must be one of ${redactActions.join(", ")}`;
const isPath: OptionCheck = (value) =>
  typeof value === "string" && parsePath(value) !== undefined
    ? undefined
    : 'it must be a path such as user.email, *.token, **.password or items[*].pan (all items: [*]; names with dots: ["a.b"])';
const isName: OptionCheck = (value) =>
  typeof value === "string" && looseName(value) !== "" ? undefined : "it must be a name with a letter or a digit";
const isDetector: OptionCheck = (value) =>
  detectorNames.includes(value as DetectorName) ? undefined : `it must be one of ${detectorNames.join(", ")}`;

/** Checks a list whose entries are plain, or rules `{ <name>, action }`. */
function isListOf(check: OptionCheck, name?: string): OptionCheck {
  const reasonOf = (entry: unknown): string | undefined => {
    if (name === undefined || typeof entry !== "object" || entry === null) return check(entry);
    const { [name]: value, action, ...rest } = entry as Readonly<Record<string, unknown>>;
    const unknown = Object.keys(rest)[0];
    if (unknown !== undefined) return `${unknown} is unknown; known are ${name} and action`;
    return check(value) ?? (action === undefined ? undefined : isAction(action));
  };
  return (value) => {
    if (!Array.isArray(value)) return "it must be a list";
    if (value.length > mostRules) return `it may have ${mostRules} entries at most`;
    for (const [index, entry] of value.entries()) {
      const reason = reasonOf(entry);
      if (reason !== undefined) return `entry ${index}: ${reason}`;
    }
    return undefined;
  };
}

/** Checks of the options under `redact`. */
export const redactOptionsChecks: OptionChecks = {
  paths: isListOf(isPath, "path"),
  keys: isListOf(isName, "key"),
  presets: isListOf((value) =>
    presetNames.includes(value as RedactPreset) ? undefined : `it must be one of ${presetNames.join(", ")}`,
  ),
  detect: isListOf(isDetector, "detect"),
  defaults: isBoolean,
  allow: isListOf(isPath),
  keep: isListOf(isPath),
  action: isAction,
  text: isText,
  hashKey: (value) =>
    typeof value === "string" && value.length >= 16 ? undefined : "it must be a text of 16 characters at least",
  timeLimitMs: isInteger(1, 10_000),
};

/**
 * Checks redaction options: each by itself, and that a rule that hashes has a key. Throws `option_unknown` and `option_invalid`.
 *
 * @example checkRedactOptions({ keys: ["pin"], action: "last4" });
 */
export function checkRedactOptions(options: RedactOptions): void {
  checkOptions(where, options, redactOptionsChecks);
  const rules: readonly unknown[] = [...(options.paths ?? []), ...(options.keys ?? []), ...(options.detect ?? [])];
  const isHash = (rule: unknown): boolean => typeof rule === "object" && (rule as RedactPath).action === "hash";
  if (options.hashKey === undefined && (options.action === "hash" || rules.some(isHash))) {
    throw new TaffrailError("option_invalid", { where, key: "hashKey", reason: "the action hash needs it" });
  }
}

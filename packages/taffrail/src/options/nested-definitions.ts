import { levels } from "@taffrail/contracts";
import { defaultLimits } from "../encode/limits.ts";
import { redactActions } from "../redact/actions.ts";
import { type RedactOptions, redactOptionsChecks } from "../redact/options.ts";
import { detectorNames, presetNames } from "../redact/presets.ts";
import { durableChecks } from "../spool/spool-options.ts";
import {
  isBoolean,
  isInteger,
  isListOf,
  isNumber,
  isOneOf,
  isText,
  type OptionCheck,
  type OptionChecks,
} from "./check-options.ts";
import type { LoggerDurableOptions } from "./option-types.ts";

/** One option as data: the checks, the environment, the reference page and the list of tests all come from it. */
export interface OptionDefinition {
  readonly key: string;
  /** What it takes, in words of TypeScript. */
  readonly type: string;
  readonly check: OptionCheck;
  /** The default as the reference shows it. */
  readonly default: string;
  readonly description: string;
}

type Row = readonly [key: string, type: string, shown: string, check: OptionCheck, description: string];

function rows(...list: readonly Row[]): readonly OptionDefinition[] {
  return list.map(([key, type, shown, check, description]) => ({ key, type, default: shown, check, description }));
}

/** The checks of some options, by key. */
export function checksOf(definitions: readonly OptionDefinition[] = []): OptionChecks {
  return Object.fromEntries(definitions.map(({ key, check }) => [key, check]));
}

type Text<T> = readonly [key: keyof T & string, type: string, shown: string, description: string];

const isLevel = isOneOf(levels);
const level = '"trace" | "debug" | … | "fatal"';
const longestMs = 2 ** 31 - 1;
const mostBytes = 2 ** 50;

const redactTexts: readonly (readonly [key: keyof RedactOptions, type: string, shown: string, description: string])[] =
  [
    ["paths", "(string | { path, action })[]", "[]", "Places: `user.email`, `*.token`, `**.password`, `items[*].pan`."],
    ["keys", "(string | { key, action })[]", "[]", "Names, at any depth; `apiKey` is `api_key` too."],
    [
      "presets",
      presetNames.map((name) => `"${name}"`).join(" | "),
      "[]",
      "Bundles of names and detectors, beside `credentials`.",
    ],
    [
      "detect",
      "(string | { detect, action })[]",
      "[]",
      `Kinds of values, wherever they stand: ${detectorNames.join(", ")}.`,
    ],
    ["defaults", "boolean", "true", "False leaves out the preset `credentials`."],
    ["allow", "string[]", "none", "Of all fields only these places are shown."],
    ["keep", "string[]", "[]", "Places that presets leave alone."],
    [
      "action",
      redactActions.map((name) => `"${name}"`).join(" | "),
      '"mask"',
      "What is done where a rule does not say.",
    ],
    ["text", "string", '"[redacted]"', "The text that stands instead of a secret."],
    ["hashKey", "string", "none", "Key of the action `hash`."],
    ["timeLimitMs", "number", "25", "Time that one text may take, in ms; one that takes longer is masked whole."],
  ];

const durableTexts: readonly Text<LoggerDurableOptions>[] = [
  [
    "dir",
    "string",
    "$XDG_STATE_HOME/taffrail/spool/<service>",
    "Directory of the spool, on a local disk; processes may share it. Without XDG_STATE_HOME it is below ~/.local/state.",
  ],
  [
    "maxBytes",
    "number",
    "268435456",
    "Bytes that one process may keep on disk for each signal; what comes then is dropped and counted.",
  ],
  ["segmentBytes", "number", "8388608", "Size of one file, in bytes; at most a quarter of `maxBytes`."],
  ["maxAgeMs", "number", "604800000", "Age after which records are given up, in ms."],
  ["holdBytes", "number", "4194304", "Memory for records while the disk fails, in bytes."],
  ["quarantineBytes", "number", "16777216", "Bytes of damaged files that are kept."],
  [
    "commit",
    '"record" | "turn"',
    '"record"',
    "`record`: on disk before the log call returns. `turn`: at the end of the event loop's turn.",
  ],
  [
    "fsync",
    '"never" | "interval" | "always"',
    '"interval"',
    "What survives a loss of power: what the system wrote by itself, all but the last interval, or everything.",
  ],
  ["fsyncIntervalMs", "number", "1000", "Time between two such moments, in ms."],
];

/** Definitions whose checks the feature keeps. */
function described<T>(checks: OptionChecks, texts: readonly Text<T>[]): readonly OptionDefinition[] {
  return texts.map(([key, type, shown, description]) => {
    const check: OptionCheck = (value) => checks[key]?.(value);
    return { key, type, default: shown, check, description };
  });
}

/** Options inside those options that can be given as an object. */
export const nestedDefinitions: Readonly<Record<string, readonly OptionDefinition[]>> = {
  limits: rows(
    ["depth", "number", String(defaultLimits.depth), isInteger(1, 100), "Levels of nested objects and lists."],
    ["keys", "number", String(defaultLimits.keys), isInteger(1, 10_000), "Keys of one object."],
    ["items", "number", String(defaultLimits.items), isInteger(1, 10_000), "Items of one list, Set or Map."],
    [
      "stringLength",
      "number",
      String(defaultLimits.stringLength),
      isInteger(16, 262_144),
      "Characters of one text; the rest is cut off, and the line says how much.",
    ],
    [
      "lineLength",
      "number",
      String(defaultLimits.lineLength),
      isInteger(256, 262_144),
      "Characters of one line; fields beyond it are left out and counted in the line.",
    ],
  ),
  breaker: rows(
    ["failures", "number", "5", isInteger(1, 10_000), "Failures in a row after which the sink is left alone."],
    ["openForMs", "number", "30000", isInteger(1, longestMs), "How long, in ms, before one batch is tried."],
  ),
  sampling: rows(
    ["rate", "number", "", isNumber(0, 1), "Share of the records that is kept, 0 to 1."],
    [
      "by",
      '"trace" | "record"',
      '"trace"',
      isOneOf(["trace", "record"]),
      "`trace` keeps or leaves the records of one trace together.",
    ],
    ["levels", "Level[]", '["trace", "debug", "info"]', isListOf(isLevel), "Levels that are sampled."],
    ["keepErrors", "boolean", "true", isBoolean, "Error and fatal always go on."],
  ),
  rateLimit: rows(
    ["perSecond", "number", "", isNumber(0.001, 1e9), "Records that go on in a second, on average."],
    ["burst", "number", "perSecond", isInteger(1, 1e9), "Records that go on at once after a quiet time."],
    ["by", "string", "", isText, "A field: each of its values has a limit of its own."],
    ["maxKeys", "number", "1000", isInteger(1, 1_000_000), "Values of that field that are told apart."],
    [
      "summaryMs",
      "number",
      "5000",
      isInteger(1, 3_600_000),
      "How long until a summary tells what was held back, in ms.",
    ],
  ),
  dedupe: rows(
    [
      "windowMs",
      "number",
      "5000",
      isInteger(1, longestMs),
      "Time in which records that equal each other are one, in ms.",
    ],
    ["maxKeys", "number", "1000", isInteger(1, 1_000_000), "Different records that are remembered."],
    ["by", "string[]", "[]", isListOf(isText), "Fields whose values must be equal too."],
    ["exempt", "Level[]", "[]", isListOf(isLevel), "Levels whose records are never joined."],
  ),
  fingersCrossed: rows(
    ["trigger", level, '"error"', isLevel, "Level of a record that lets go of those that wait."],
    [
      "level",
      level,
      '"debug"',
      isLevel,
      "Records from this level up and below the level of their logger wait for the trigger; those that the logger shows anyway go on at once.",
    ],
    ["maxRecords", "number", "1000", isInteger(1, 1_000_000), "Records that wait, for each request."],
    ["maxBytes", "number", "4194304", isInteger(1024, mostBytes), "Bytes that wait, for all requests together."],
    [
      "maxAgeMs",
      "number",
      "60000",
      isInteger(1, 86_400_000),
      "How long records wait for a request whose end is never told, in ms.",
    ],
  ),
  redact: described(redactOptionsChecks, redactTexts),
  durable: described(durableChecks, durableTexts),
};

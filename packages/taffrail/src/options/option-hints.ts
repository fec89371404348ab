import { parseLevel, TaffrailError } from "@taffrail/contracts";
import { levelSettings } from "../level-cell.ts";
import { nearName } from "./near-name.ts";

/** What options of other loggers are called here. A name counts only where its counterpart is known. */
const counterparts: Readonly<Record<string, { readonly known: string; readonly shown?: string }>> = {
  name: { known: "service" },
  transport: { known: "sinks" },
  transports: { known: "sinks" },
  stream: { known: "sinks" },
  streams: { known: "sinks" },
  destination: { known: "sinks" },
  prettyPrint: { known: "sinks", shown: 'sinks: [consoleSink({ format: "pretty" })]' },
  base: { known: "fields" },
  defaultMeta: { known: "fields" },
  formatters: { known: "plugins" },
  serializers: { known: "plugins" },
  censor: { known: "text" },
  remove: { known: "action", shown: 'action: "drop"' },
  path: { known: "paths" },
  filename: { known: "path" },
};

/** What is likely meant, for the end of a sentence; empty when nothing is. */
function hintOf(name: string, known: readonly string[]): string {
  const counterpart = Object.hasOwn(counterparts, name) ? counterparts[name] : undefined;
  if (counterpart !== undefined && known.includes(counterpart.known)) {
    return ` (here it is ${counterpart.shown ?? counterpart.known})`;
  }
  const near = nearName(name, known);
  return near === undefined ? "" : ` (did you mean ${near}?)`;
}

/**
 * The error of an option that does not exist, with the one that is likely meant: a name that is nearly the same, or the counterpart of another
 * logger's option. `key` is its place, `limits.dept`; `known` the names at that place.
 *
 * @example throw unknownOption("createLogger", "levle", ["level"])
 */
export function unknownOption(where: string, key: string, known: readonly string[]): TaffrailError {
  const hint = hintOf(key.slice(key.lastIndexOf(".") + 1), known);
  return new TaffrailError("option_unknown", { where, key, hint, known: known.join(", ") });
}

const forms: Readonly<Record<string, string>> = {
  createLogger: 'createLogger({ service: "checkout" })',
  consoleSink: 'consoleSink({ format: "pretty" })',
  fileSink: 'fileSink({ path: "app.log" })',
  httpSink: 'httpSink({ url: "http://127.0.0.1:4318" })',
};

/**
 * The error of options that are no object, with the right form where there is a usual one.
 *
 * @example throw noOptions("fileSink") // … it must be an object, as in fileSink({ path: "app.log" }).
 */
export function noOptions(where: string): TaffrailError {
  const form = Object.hasOwn(forms, where) ? `, as in ${forms[where]}` : "";
  return new TaffrailError("option_invalid", { where, key: "options", reason: `it must be an object${form}` });
}

/** pino's and bunyan's numbers of levels. */
const numbered: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

function meantLevel(value: unknown): string | undefined {
  if (typeof value === "number") return numbered[value];
  if (typeof value !== "string") return undefined;
  const word = value.trim().toLowerCase();
  if (["silent", "none", "off"].includes(word)) return "off";
  return parseLevel(word) ?? nearName(word, levelSettings);
}

/** Says what is wrong with a least level, and which is likely meant: `silent` is `off`, `WARNING` and 40 are `warn`. */
export function isLevelSetting(value: unknown): string | undefined {
  if (levelSettings.some((setting) => setting === value)) return undefined;
  const meant = meantLevel(value);
  return `it must be one of ${levelSettings.join(", ")}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
}

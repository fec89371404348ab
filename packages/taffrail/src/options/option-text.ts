import { parseDuration, parseLevel } from "@taffrail/contracts";

/** Turns the text of an environment variable into the value of an option, which is checked after that. Text that it cannot read comes back as it is. */
export type OptionReader = (text: string) => unknown;

const byteUnits: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1000,
  mb: 1_000_000,
  gb: 1_000_000_000,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

export const readAsText: OptionReader = (text) => text;

export const readNumber: OptionReader = (text) => {
  const trimmed = text.trim();
  return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
};

/** A whole number of ms, or a duration with units (`500ms`, `5m`). */
export const readMilliseconds: OptionReader = (text) => {
  const number = readNumber(text);
  return typeof number === "number" ? number : (parseDuration(text) ?? text);
};

/** A whole number of bytes, or one with a unit (`64KiB`, `16MiB`, `1GB`). */
export const readBytes: OptionReader = (text) => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text);
  const factor = byteUnits[match?.[2]?.toLowerCase() ?? ""];
  return match === null || factor === undefined ? readNumber(text) : Math.round(Number(match[1]) * factor);
};

export const readBoolean: OptionReader = (text) => {
  const word = text.trim().toLowerCase();
  if (["true", "1", "yes", "on"].includes(word)) return true;
  return ["false", "0", "no", "off"].includes(word) ? false : text;
};

/** A number, or a word for false; for options that a number switches on. */
export const readNumberOrFalse: OptionReader = (text) => {
  const number = readNumber(text);
  return typeof number === "number" ? number : readBoolean(text);
};

/** A level in any case, with its usual synonyms. */
export const readLevel: OptionReader = (text) => {
  const word = text.trim().toLowerCase();
  return word === "off" ? word : (parseLevel(word) ?? text);
};

/** A list in JSON, or words between commas; `none` is the empty list. */
export const readList: OptionReader = (text) => {
  if (text.trim().startsWith("[")) return readJson(text);
  if (text.trim() === "none") return [];
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
};

/** JSON; what is none comes back as text and fails its check. */
const readJson: OptionReader = (text) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** An object in JSON, or `key=value` between commas. */
export const readFields: OptionReader = (text) => {
  if (text.trim().startsWith("{")) return readJson(text);
  const pairs = text.split(",").map((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? undefined : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return pairs.includes(undefined) ? text : Object.fromEntries(pairs as [string, string][]);
};

/**
 * Makes a reader of options that are an object in JSON, or else a simple word that another reader knows.
 *
 * @example readObjectOr(readBoolean)("true") // true
 */
export function readObjectOr(reader: OptionReader): OptionReader {
  return (text) => (text.trim().startsWith("{") ? readJson(text) : reader(text));
}

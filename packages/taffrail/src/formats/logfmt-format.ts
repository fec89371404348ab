import type { Formatter } from "@taffrail/contracts";
import { formatManifest } from "./manifest.ts";
import { isFields, parseLine } from "./parsed-line.ts";
import { visible } from "./visible.ts";

/** What needs no quotes: no white space, no quotes, no `=`, no backslash, no control. */
const bare = /^[!#-<>-[\]-~\u00a1-\u061b\u061d-\u167f\u1681-\u1fff]+$/;
/** A text that would be read as a number or a word of JSON stands in quotes, so that it stays a text. */
const typed = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
const notInKey = /[^\w.@/-]/g;

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get out
const escaped = /[\u0000-\u001f"\\\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]/gu;

function quote(text: string): string {
  const inner = text.replace(
    escaped,
    (character) => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${inner}"`;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return bare.test(value) && !typed.test(value) ? value : quote(value);
  return typeof value === "object" && value !== null ? quote(JSON.stringify(value)) : String(value);
}

/** A key that a reader takes for one: what it cannot hold becomes `_`, and it begins with a letter. */
function keyOf(name: string): string {
  const key = name.replace(notInKey, "_");
  return /^[A-Za-z_@]/.test(key) ? key : `_${key}`;
}

/** Writes `prefix.name=value` for each leaf; lists stand as JSON text. */
function addPairs(pairs: Map<string, string>, prefix: string, fields: object): void {
  for (const [name, value] of Object.entries(fields)) {
    const key = prefix + (prefix === "" ? keyOf(name) : name.replace(notInKey, "_"));
    if (isFields(value) && Object.keys(value).length > 0) {
      addPairs(pairs, `${key}.`, value);
      continue;
    }
    let free = key;
    for (let number = 2; pairs.has(free); number++) free = `${key}_${number}`;
    pairs.set(free, textOf(value));
  }
}

/**
 * Makes logfmt: `key=value` pairs in one line. Nested fields have dotted keys, lists are JSON text, and texts with spaces, quotes or controls (or
 * that look like a number) are quoted with JSON's escapes, so the line can be read back; keys never repeat. A line that is no record becomes
 * `msg="…"`.
 *
 * @example
 * logfmtFormat().format({ level: "info", line: '{"time":"2026-11-22T09:00:00.123Z","level":"info","service":"shop","msg":"order paid","user":{"id":5}}\n' })
 * // 'time=2026-11-22T09:00:00.123Z level=info service=shop msg="order paid" user.id=5\n'
 */
export function logfmtFormat(): Formatter {
  return {
    manifest: formatManifest("logfmt"),
    format({ line }) {
      const record = parseLine(line);
      if (record === undefined) return `msg=${quote(visible(line.trimEnd()))}\n`;
      const { time, level, service, msg, ...fields } = record;
      const pairs = new Map<string, string>();
      for (const [name, value] of Object.entries({ time, level, service, msg })) {
        if (value !== undefined) pairs.set(name, textOf(value));
      }
      addPairs(pairs, "", fields);
      return `${Array.from(pairs, ([key, value]) => `${key}=${value}`).join(" ")}\n`;
    },
  };
}

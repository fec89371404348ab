import { type OpenMap, openMap } from "../../value.ts";
import { openFields } from "../fields.ts";
import type { TextDialect } from "./dialect.ts";
import { generic } from "./generic.ts";

const pair = /([A-Za-z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:\s+|$)/y;

/** Numbers are written without quotes; leading zeros and plus signs are names of something, not amounts. */
const number = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;

function unquote(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_whole, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: "\n", t: "\t", r: "\r" }[code] ?? code;
  });
}

/** Reads a line that consists of key=value pairs and of nothing else; undefined otherwise. */
function readPairs(line: string): OpenMap | undefined {
  const pairs = openMap();
  const text = line.trim();
  let at = 0;
  while (at < text.length) {
    pair.lastIndex = at;
    const match = pair.exec(text);
    if (!match) return undefined;
    const [whole, key = "", quoted, bare = ""] = match;
    if (quoted !== undefined) pairs[key] = unquote(quoted);
    else pairs[key] = number.test(bare) ? Number(bare) : bare;
    at += whole.length;
  }
  return pairs;
}

/** logfmt: at least two key=value pairs and nothing between them; known keys are those of other JSON lines. */
export const logfmt: TextDialect = {
  name: "logfmt",
  read(line) {
    const pairs = readPairs(line);
    return pairs && Object.keys(pairs).length >= 2 ? generic.read(openFields(pairs)) : undefined;
  },
};

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { TaffrailError } from "@taffrail/contracts";
import { checkLayer, type Layer } from "./layers.ts";

/** The file that `config: true` means, in the working directory. */
const defaultName = "taffrail.config.json";
/** A config file is written by hand; one that is larger is something else. */
const mostCharacters = 1024 * 1024;

/** What went wrong, without a piece of the text: it may hold secrets. */
function describeFailure(error: unknown): string {
  if (!(error instanceof SyntaxError)) return error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(error.message)?.[1];
  return `it is not valid JSON${position === undefined ? "" : ` (character ${position})`}`;
}

function parse(text: string): unknown {
  if (text.length > mostCharacters) throw new RangeError(`it has more than ${mostCharacters} characters`);
  const values: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
  if (typeof values !== "object" || values === null || Array.isArray(values)) throw new TypeError("it holds no object");
  return values;
}

/**
 * Reads and checks a config file. `where` is who named it. A key `$schema` is passed over, so that editors can help.
 * Throws `config_unreadable`, `option_unknown` and `option_invalid`; all name the file.
 *
 * @example readConfigFile(true, "createLogger").values.level
 */
export function readConfigFile(config: string | true, where: string): Layer {
  const path = resolve(config === true ? defaultName : config);
  let values: Readonly<Record<string, unknown>>;
  try {
    const { $schema: _, ...rest } = parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    values = rest;
  } catch (error) {
    throw new TaffrailError("config_unreadable", { where, path, reason: describeFailure(error) }, error);
  }
  const layer: Layer = { kind: "file", where: path, values, nameOf: (key) => key };
  checkLayer(layer);
  return layer;
}

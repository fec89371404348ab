import type { Formatter } from "@taffrail/contracts";
import { formatManifest } from "./manifest.ts";

/**
 * The library's own JSON lines, as they are.
 *
 * @example consoleSink({ format: jsonFormat() })
 */
export function jsonFormat(): Formatter {
  return { manifest: formatManifest("json"), format: (record) => record.line };
}

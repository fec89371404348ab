import { type EncodedRecord, type Formatter, pluginApiVersion, TaffrailError } from "@taffrail/contracts";
import type { OptionCheck } from "../options/check-options.ts";

function isFormatter(value: unknown): value is Formatter {
  const { manifest, format } = value as Partial<Formatter>;
  return manifest?.kind === "formatter" && typeof format === "function";
}

/** Makes a check for a form by name or a formatter. */
export function isFormat(names: readonly string[]): OptionCheck {
  return (value) =>
    names.includes(value as string) || (typeof value === "object" && value !== null && isFormatter(value))
      ? undefined
      : `it must be one of ${names.join(", ")}, or a formatter`;
}

/** Refuses a formatter of another contract. Throws `plugin_version`. */
export function checkFormatter(format: string | Formatter): void {
  if (typeof format === "string" || format.manifest.apiVersion === pluginApiVersion) return;
  const { name, apiVersion } = format.manifest;
  throw new TaffrailError("plugin_version", { name, found: apiVersion, known: pluginApiVersion });
}

/**
 * Keeps a formatter's failures from a batch: a record that it throws on, or gives no text for, is written as its JSON line, and told.
 *
 * @example safely("consoleSink", formatter, problem)(record)
 */
export function safely(
  where: string,
  formatter: Formatter,
  problem: (message: string) => void,
): (record: EncodedRecord) => string {
  const { name } = formatter.manifest;
  return (record) => {
    try {
      const text: unknown = formatter.format(record);
      if (typeof text === "string" && text !== "") return text.endsWith("\n") ? text : `${text}\n`;
      problem(`${where}: the formatter ${name} gave no text; JSON is written instead`);
    } catch (error) {
      problem(`${where}: the formatter ${name} failed: ${String(error)}; JSON is written instead`);
    }
    return record.line;
  };
}

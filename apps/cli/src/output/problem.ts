import { TaffrailError } from "@taffrail/contracts";
import { CommanderError } from "commander";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** What the reader typed, to point into when the error has a column. */
export interface ProblemContext {
  readonly json: boolean;
  readonly paint: Paint;
  readonly query?: string;
}

/**
 * Brings whatever was thrown into the catalogue: usage errors of the command line, I/O errors and defects too.
 *
 * @example asTaffrailError(new Error("boom")).code // "tool_failed"
 */
export function asTaffrailError(error: unknown): TaffrailError {
  if (error instanceof TaffrailError) return error;
  if (error instanceof CommanderError) {
    const reason = error.message
      .replace(/^error: /, "")
      .replace(/\n/g, " ")
      .replace(/[.\s]+$/, "");
    return new TaffrailError("usage", { reason }, error);
  }
  return new TaffrailError("tool_failed", { reason: error instanceof Error ? error.message : String(error) }, error);
}

/** The query with a caret under the column that an error names, or nothing. Columns count from 1. */
function caretLines(error: TaffrailError, query: string | undefined): string[] {
  const column = error.details.column;
  if (query === undefined || typeof column !== "number") return [];
  const before = printable(query.slice(0, column - 1)).replace(/[\t\n]/g, " ");
  const rest = printable(query.slice(column - 1)).replace(/[\t\n]/g, " ");
  return [`  ${before}${rest}`, `  ${" ".repeat([...before].length)}^`];
}

/**
 * An error as it stands on standard error, ending in "\n": two or more lines for people, one JSON line with `--json`.
 *
 * @example problemText(new TaffrailError("usage", { reason: "no file" }), { json: false, paint })
 */
export function problemText(error: unknown, context: ProblemContext): string {
  const known = asTaffrailError(error);
  if (context.json) return `${JSON.stringify({ error: known.toJSON() })}\n`;
  const head = `${context.paint.red(`error ${known.code}:`)} ${printable(known.message)}`;
  return `${[head, ...caretLines(known, context.query), `  ${printable(known.remedy)}`].join("\n")}\n`;
}

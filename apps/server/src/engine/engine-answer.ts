import { TaffrailError } from "@taffrail/contracts";
import type { QueryAnswer } from "./engine.ts";

interface CompactAnswer {
  readonly meta: readonly { readonly name: string }[];
  readonly data: readonly (readonly unknown[])[];
  readonly statistics: { readonly rows_read: number; readonly bytes_read: number };
}

/**
 * Reads an answer of the engine (JSONCompact) into one object a row.
 *
 * @throws query_failed when the text is not one whole answer
 * @example parseAnswer(bytes, 12.5).rows[0]
 */
export function parseAnswer(text: Uint8Array, elapsedMs: number): QueryAnswer {
  let answer: CompactAnswer;
  try {
    answer = JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("utf8")) as CompactAnswer;
  } catch (cause) {
    throw new TaffrailError("query_failed", { reason: "the engine's answer is not whole", engineCode: 0 }, cause);
  }
  const names = answer.meta.map((column) => column.name);
  const rows = answer.data.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [index, name] of names.entries()) row[name] = values[index];
    return row;
  });
  return {
    rows,
    elapsedMs,
    rowsRead: Number(answer.statistics.rows_read),
    bytesRead: Number(answer.statistics.bytes_read),
  };
}

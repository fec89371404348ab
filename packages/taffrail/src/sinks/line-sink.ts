import type { EncodedRecord, WriteResult } from "@taffrail/contracts";
import type { LineWriter } from "./line-writer.ts";

/** The writing half of a sink that puts text onto a descriptor. */
export interface LineOutput {
  write(batch: readonly EncodedRecord[], signal: AbortSignal): Promise<WriteResult>;
  writeSync(batch: readonly EncodedRecord[]): number;
}

/** Longest time that the end of a process waits for a slow reader or disk, in ms. */
const exitTimeoutMs = 2000;
const joinLines = (batch: readonly EncodedRecord[]): string => {
  let text = "";
  for (const record of batch) text += record.line;
  return text;
};

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Joins a writer and the rules of the sink contract. A batch that comes again after a failure goes on where it stopped, so a half-written
 * batch is not doubled. `writer` may give undefined while the target cannot be opened; `render` turns a batch into text.
 *
 * @example createLineOutput(() => createStreamWriter(1))
 */
export function createLineOutput(
  writer: () => LineWriter | undefined,
  render: (batch: readonly EncodedRecord[]) => string = joinLines,
): LineOutput {
  let begun: WeakRef<readonly EncodedRecord[]> | undefined;

  /** What has to be added to the writer for this batch: nothing when the writer holds the rest of it already. */
  const textOf = (batch: readonly EncodedRecord[], target: LineWriter): string => {
    if (begun?.deref() === batch) return "";
    if (begun !== undefined) target.forget();
    return render(batch);
  };

  return {
    async write(batch, signal) {
      try {
        const target = writer();
        if (target === undefined) return { outcome: "retry", reason: "the target cannot be opened" };
        const text = textOf(batch, target);
        begun = new WeakRef(batch);
        await target.write(text, signal);
        begun = undefined;
        return { outcome: "ok" };
      } catch (error) {
        if ((error as { readonly code?: unknown }).code === "EPIPE") {
          return { outcome: "drop", reason: "the reader is gone (EPIPE)" };
        }
        return { outcome: "retry", reason: describe(error) };
      }
    },
    writeSync(batch) {
      try {
        const target = writer();
        if (target === undefined) return 0;
        const text = begun?.deref() === batch ? "" : render(batch);
        return target.writeSync(text, exitTimeoutMs) ? batch.length : 0;
      } catch {
        return 0;
      }
    },
  };
}

import type { Batch, WriteResult } from "@taffrail/contracts";
import type { LineWriter } from "./line-writer.ts";
import { type Rendering, recordsWithin, renderLines, tornEnd } from "./rendering.ts";

/** The writing half of a sink that puts text onto a descriptor. */
export interface LineOutput {
  write(batch: Batch, signal: AbortSignal): Promise<WriteResult>;
  writeSync(batch: Batch, unfinished: Batch | undefined): number;
  /** True when no batch is half out: the target may be changed. */
  readonly between: boolean;
}

export interface LineOutputOptions {
  /** What is written to; undefined while the target cannot be opened. Asked before each batch and each attempt. */
  readonly writer: () => LineWriter | undefined;
  /** Turns a batch into what is written. Default: its lines as they are. */
  readonly render?: (batch: Batch) => Rendering;
}

/** Longest time that the end of a process waits for a slow reader or disk, in ms. */
const exitTimeoutMs = 2000;

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null)?.code;
}

/** How far a batch has come that is being written or waits for its next attempt. The batch is only compared, never read after its write. */
interface Progress {
  readonly batch: WeakRef<Batch>;
  written: number;
}

class DescriptorOutput implements LineOutput {
  readonly #writer: () => LineWriter | undefined;
  readonly #render: (batch: Batch) => Rendering;
  #begun: Progress | undefined;
  /** The newest batch that is out whole: its promise may not have settled yet when the process ends. */
  #finished: WeakRef<Batch> | undefined;
  /** End of the line that is half out, should the begun batch not come again. */
  #rest: Uint8Array = new Uint8Array(0);
  /** The end of a line of the batch before, if its rest was given up. */
  #torn: Uint8Array = new Uint8Array(0);
  /** True while the bytes that the writer has under way belong to the torn line. */
  #mending = false;

  constructor({ writer, render = renderLines }: LineOutputOptions) {
    this.#writer = writer;
    this.#render = render;
  }

  get between(): boolean {
    return this.#torn.length === 0 && (this.#begun?.written ?? 0) === 0;
  }

  async write(batch: Batch, signal: AbortSignal): Promise<WriteResult> {
    let rendering: Rendering | undefined;
    let progress: Progress | undefined;
    try {
      const writer = this.#writer();
      if (writer === undefined) return { outcome: "retry", reason: "the target cannot be opened" };
      rendering = this.#render(batch);
      progress = this.#begin(batch);
      await this.#mend(writer, signal);
      while (progress.written < rendering.bytes.length) {
        signal.throwIfAborted();
        // Two steps: while this waits the blocking way may go on with the batch and count what it wrote.
        const written = await writer.write(rendering.bytes.subarray(progress.written), signal);
        progress.written += written;
      }
      this.#end(progress);
      return { outcome: "ok" };
    } catch (error) {
      if (codeOf(error) === "EPIPE") {
        this.#end(progress);
        return { outcome: "drop", reason: "the reader is gone (EPIPE)" };
      }
      if (progress !== undefined && rendering !== undefined) this.#rest = tornEnd(rendering, progress.written);
      return { outcome: "retry", reason: describe(error) };
    }
  }

  writeSync(batch: Batch, unfinished: Batch | undefined): number {
    const deadline = performance.now() + exitTimeoutMs;
    let out = 0;
    try {
      const writer = this.#writer();
      if (writer === undefined) return 0;
      this.#takeOver(writer, deadline);
      for (const part of unfinished === undefined ? [batch] : [unfinished, batch]) {
        const done = this.#writePart(writer, part, deadline);
        out += done;
        if (done < part.size) break;
      }
    } catch {
      // Nothing more can be written; what is out has been counted.
    }
    return out;
  }

  /** Goes on with a batch that was begun before, or starts a new one; the rest of another is given up then. */
  #begin(batch: Batch): Progress {
    if (this.#begun?.batch.deref() === batch) return this.#begun;
    if (this.#rest.length > 0) this.#torn = this.#rest;
    this.#rest = new Uint8Array(0);
    this.#begun = { batch: new WeakRef(batch), written: 0 };
    return this.#begun;
  }

  #end(progress: Progress | undefined): void {
    if (progress === undefined || this.#begun !== progress) return;
    this.#begun = undefined;
    this.#finished = progress.batch;
    this.#rest = new Uint8Array(0);
  }

  async #mend(writer: LineWriter, signal: AbortSignal): Promise<void> {
    while (this.#torn.length > 0) {
      this.#mending = true;
      try {
        const written = await writer.write(this.#torn, signal);
        this.#torn = this.#torn.subarray(written);
      } finally {
        this.#mending = false;
      }
    }
  }

  #takeOver(writer: LineWriter, deadline: number): void {
    const written = writer.takeOver(deadline);
    if (this.#mending) this.#torn = this.#torn.subarray(written);
    else if (this.#begun !== undefined) this.#begun.written += written;
  }

  /** Gives how many records of the batch are out. */
  #writePart(writer: LineWriter, batch: Batch, deadline: number): number {
    if (this.#finished?.deref() === batch) return batch.size;
    const rendering = this.#render(batch);
    const progress = this.#begin(batch);
    try {
      this.#torn = this.#torn.subarray(this.#torn.length === 0 ? 0 : writer.writeSync(this.#torn, deadline));
      if (this.#torn.length > 0) return 0;
      progress.written += writer.writeSync(rendering.bytes.subarray(progress.written), deadline);
    } catch {
      // Seen by what is left over.
    }
    if (progress.written < rendering.bytes.length) {
      this.#rest = tornEnd(rendering, progress.written);
      return recordsWithin(rendering, progress.written);
    }
    this.#end(progress);
    return batch.size;
  }
}

/**
 * Joins a writer and the rules of the sink contract. A batch that comes again after a failure goes on where it stopped, so a half-written batch
 * is neither doubled nor torn.
 *
 * @example createLineOutput({ writer: () => createStreamWriter(1) })
 */
export function createLineOutput(options: LineOutputOptions): LineOutput {
  return new DescriptorOutput(options);
}

/** What a source has to give at the moment. */
export type SourceEvent =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  /** Nothing new; there may be more later. */
  | { readonly kind: "idle" }
  /** The file was cut: what comes next starts at offset 0 of a new content. */
  | { readonly kind: "restarted" }
  /** Nothing will come any more. `damage` says why it ended before its time. */
  | { readonly kind: "ended"; readonly damage?: string };

/**
 * Where bytes come from. `read` is called by one caller, one call at a time, and never waits for bytes that do not exist yet. It rejects when the
 * operating system does. Buffers that it gave are never changed afterwards. `close` is idempotent.
 */
export interface Source {
  read(): Promise<SourceEvent>;
  close(): Promise<void>;
}

/** Bytes that one read gives at most. */
export const chunkBytes = 256 * 1024;

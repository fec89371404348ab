/**
 * Lanes keep work apart: one engine session runs one query at a time, so an insert never waits behind a search.
 * `ingest` has one session, `interactive` several, `background` one (retention, exports).
 */
export type Lane = "ingest" | "interactive" | "background";

export interface QueryOptions {
  readonly lane: Lane;
  /** The engine ends the query after this long and answers `query_timeout`. Milliseconds. */
  readonly timeoutMs: number;
  /** Abort = nobody waits any more: the query is killed in the engine, not only forgotten. */
  readonly signal?: AbortSignal;
  /** Bytes the query may use; beyond it, `query_memory`. Default: the engine's configured share. */
  readonly memoryBytesMax?: number;
  /** Rows it may read; beyond it the answer is a clear error. */
  readonly rowsToReadMax?: number;
  /** Identity of the query's shape, for the quarantine of shapes that ended the engine twice. Absent: never quarantined (inserts). */
  readonly fingerprint?: string;
}

export interface QueryAnswer {
  /** One object per row, as JSONEachRow gives them; 64-bit integers are strings. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

export type EngineState = "starting" | "ready" | "restarting" | "stopped";

export interface EngineStatus {
  readonly state: EngineState;
  readonly pid: number | undefined;
  readonly restarts: number;
  /** Why it is not ready, or why it restarted last; empty when neither. */
  readonly reason: string;
  readonly version: string;
}

/**
 * The telemetry engine, behind a process boundary.
 *
 * `query` and `execute` may be called concurrently from anywhere. They reject with a TaffrailError: `engine_unavailable` when the engine is
 * away (at once, or when it dies under the query), `query_timeout`, `query_memory`, `query_quarantined`, or `query_failed` with the engine's
 * own words. `ready` resolves when questions are answered, again after each restart. `close` waits for running work, ends the child and is
 * idempotent.
 */
export interface Engine {
  query(sql: string, options: QueryOptions): Promise<QueryAnswer>;
  execute(sql: string, options: QueryOptions): Promise<void>;
  ready(signal?: AbortSignal): Promise<void>;
  status(): EngineStatus;
  /** Called on each change of state; returns the unsubscribe function. */
  onState(listener: (status: EngineStatus) => void): () => void;
  close(): Promise<void>;
}

/** What the server tells the engine's process. Numbers in the limits are the engine's settings, 0 = none. */
export type ToEngine =
  | {
      readonly type: "run";
      readonly id: number;
      /** Session that runs it; the server never gives a slot a second statement before the first one ended. */
      readonly slot: number;
      readonly readOnly: boolean;
      readonly sql: string;
      readonly limits: EngineLimits;
      /** Whether an answer is wanted; statements without one (INSERT, DDL) skip the output format. */
      readonly wantsRows: boolean;
    }
  | { readonly type: "kill"; readonly id: number }
  | { readonly type: "close" };

export interface EngineLimits {
  readonly max_execution_time: number;
  readonly max_memory_usage: number;
  readonly max_rows_to_read: number;
  readonly max_result_bytes: number;
}

/** What the engine's process answers. */
export type FromEngine =
  | { readonly type: "ready"; readonly version: string }
  | { readonly type: "answer"; readonly id: number; readonly text: Uint8Array }
  /** `code` is the engine's own error number, absent when it gave none. */
  | { readonly type: "failed"; readonly id: number; readonly code: number | undefined; readonly message: string }
  /** The engine could not be opened; the process ends. */
  | { readonly type: "fatal"; readonly message: string };

/** How the server hands its paths to the process: one JSON argument. */
export interface EngineChildOptions {
  readonly storeDirectory: string;
  readonly configPath: string;
  readonly pidPath: string;
}

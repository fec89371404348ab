import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { Lane, QueryAnswer, QueryOptions } from "./engine.ts";
import { parseAnswer } from "./engine-answer.ts";
import { engineError } from "./engine-errors.ts";
import type { EngineLimits, FromEngine, ToEngine } from "./engine-protocol.ts";
import { createLanes, type LaneJob, type LaneSizes } from "./lanes.ts";

/** The engine ends a statement at its limit by itself; this much later it is killed from outside. Milliseconds. */
const killAfterMs = 1000;
/** And if even that does nothing for this long, the engine is taken for hung. Milliseconds. */
const hungAfterMs = 15_000;

export interface RunningQueriesDeps {
  readonly clock: Clock;
  readonly sizes: LaneSizes;
  readonly answerBytesMax: number;
  readonly memoryBytesMax: Readonly<Record<Lane, number>>;
  suspected(fingerprint: string): boolean;
  send(message: ToEngine): void;
  /** A statement ignored its time limit and its cancellation. */
  hung(fingerprint: string | undefined): void;
}

/** The statements of one life of the engine: waiting for a session, running, or given up and being killed. */
export interface RunningQueries {
  run(sql: string, options: QueryOptions, wantsRows: boolean): Promise<QueryAnswer>;
  settle(message: Extract<FromEngine, { readonly type: "answer" | "failed" }>): void;
  /** The engine is gone: rejects everything, and says which shapes were running. */
  abandon(error: TaffrailError): readonly string[];
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

interface Entry {
  readonly id: number;
  readonly sql: string;
  readonly options: QueryOptions;
  readonly wantsRows: boolean;
  readonly askedAt: number;
  readonly limits: EngineLimits;
  slot: number | undefined;
  timer: NodeJS.Timeout | undefined;
  settle(outcome: { readonly answer: QueryAnswer } | { readonly error: unknown }): void;
}

/** A promise and its two ends, settled once; an abort of the signal settles it with the signal's reason. */
function settler(
  signal: AbortSignal | undefined,
  aborted: () => void,
): Pick<Entry, "settle"> & { answer: Promise<QueryAnswer> } {
  let settle: Entry["settle"] = () => {};
  const answer = new Promise<QueryAnswer>((resolve, reject) => {
    const onAbort = (): void => {
      settle({ error: signal?.reason });
      aborted();
    };
    settle = (outcome) => {
      signal?.removeEventListener("abort", onAbort);
      if ("answer" in outcome) resolve(outcome.answer);
      else reject(outcome.error);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  return { answer, settle: (outcome) => settle(outcome) };
}

/**
 * Opens the book of statements for one life of the engine.
 *
 * @example const queries = createRunningQueries(deps); await queries.run("SELECT 1", { lane: "interactive", timeoutMs: 1000 }, true);
 */
export function createRunningQueries(deps: RunningQueriesDeps): RunningQueries {
  const entries = new Map<number, { readonly entry: Entry; readonly job: LaneJob }>();
  const lanes = createLanes(deps.sizes);
  const idleListeners: (() => void)[] = [];
  let lastId = 0;

  const limitsOf = (options: QueryOptions): EngineLimits => ({
    max_execution_time: options.timeoutMs / 1000,
    max_memory_usage: options.memoryBytesMax ?? deps.memoryBytesMax[options.lane],
    max_rows_to_read: options.rowsToReadMax ?? 0,
    max_result_bytes: deps.answerBytesMax,
  });

  function remove(entry: Entry): void {
    clearTimeout(entry.timer);
    entries.delete(entry.id);
    if (entry.slot !== undefined) lanes.release(entry.slot);
    if (entries.size === 0) for (const listener of idleListeners.splice(0)) listener();
  }

  /** Nobody waits for it any more. While it runs the engine is told to stop, and its session stays taken until it has. */
  function giveUp(entry: Entry, job: LaneJob): void {
    if (lanes.withdraw(job)) remove(entry);
    if (!entries.has(entry.id)) return;
    deps.send({ type: "kill", id: entry.id });
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => deps.hung(entry.options.fingerprint), hungAfterMs);
  }

  function onLate(entry: Entry, job: LaneJob): void {
    entry.settle({ error: new TaffrailError("query_timeout", { seconds: entry.limits.max_execution_time }) });
    giveUp(entry, job);
  }

  function start(entry: Entry, slot: number): void {
    entry.slot = slot;
    const leftMs = Math.max(1, entry.options.timeoutMs - (deps.clock.monotonic() - entry.askedAt));
    deps.send({
      type: "run",
      id: entry.id,
      slot,
      readOnly: entry.options.lane === "interactive",
      sql: entry.sql,
      limits: { ...entry.limits, max_execution_time: leftMs / 1000 },
      wantsRows: entry.wantsRows,
    });
  }

  function submit(sql: string, options: QueryOptions, wantsRows: boolean): Promise<QueryAnswer> {
    lastId += 1;
    const { answer, settle } = settler(options.signal, () => giveUp(entry, job));
    const limits = limitsOf(options);
    const askedAt = deps.clock.monotonic();
    const entry: Entry = {
      id: lastId,
      sql,
      options,
      wantsRows,
      askedAt,
      limits,
      slot: undefined,
      timer: undefined,
      settle,
    };
    const { lane, fingerprint } = options;
    const suspect = fingerprint !== undefined && deps.suspected(fingerprint);
    const job: LaneJob = { lane, suspect, start: (slot) => start(entry, slot) };
    entry.timer = setTimeout(() => onLate(entry, job), options.timeoutMs + killAfterMs);
    entries.set(entry.id, { entry, job });
    if (!lanes.submit(job)) {
      settle({ error: new TaffrailError("query_queue_full", {}) });
      remove(entry);
    }
    return answer;
  }

  function outcomeOf(entry: Entry, message: Parameters<RunningQueries["settle"]>[0]): Parameters<Entry["settle"]>[0] {
    if (message.type === "failed") return { error: engineError(message, entry.limits) };
    const elapsedMs = deps.clock.monotonic() - entry.askedAt;
    if (!entry.wantsRows) return { answer: { rows: [], elapsedMs, rowsRead: 0, bytesRead: 0 } };
    try {
      return { answer: parseAnswer(message.text, elapsedMs) };
    } catch (error) {
      return { error };
    }
  }

  return {
    run: async (sql, options, wantsRows) => {
      options.signal?.throwIfAborted();
      return await submit(sql, options, wantsRows);
    },
    settle(message): void {
      const entry = entries.get(message.id)?.entry;
      if (entry === undefined) return;
      entry.settle(outcomeOf(entry, message));
      remove(entry);
    },
    abandon(error): readonly string[] {
      const left = [...entries.values()].map(({ entry }) => entry);
      entries.clear();
      for (const entry of left) {
        clearTimeout(entry.timer);
        entry.settle({ error });
      }
      for (const listener of idleListeners.splice(0)) listener();
      return left.flatMap(({ slot, options }) =>
        slot === undefined || options.fingerprint === undefined ? [] : [options.fingerprint],
      );
    },
    idle: () => (entries.size === 0 ? Promise.resolve() : new Promise((resolve) => idleListeners.push(resolve))),
  };
}

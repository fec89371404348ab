import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { Lane, QueryAnswer, QueryOptions } from "./engine.ts";
import { parseAnswer } from "./engine-answer.ts";
import { engineError } from "./engine-errors.ts";
import type { EngineLimits, FromEngine, ToEngine } from "./engine-protocol.ts";
import { createLanes, type LaneJob, type LaneSizes, type Lanes } from "./lanes.ts";

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

type Settled = Extract<FromEngine, { readonly type: "answer" | "failed" }>;

/** The statements of one life of the engine: waiting for a session, running, or given up and being killed. */
export interface RunningQueries {
  run(sql: string, options: QueryOptions, wantsRows: boolean): Promise<QueryAnswer>;
  settle(message: Settled): void;
  /** The engine is gone: rejects everything, and says which shapes were running. */
  abandon(error: TaffrailError): readonly string[];
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

type Outcome = { readonly answer: QueryAnswer } | { readonly error: unknown };

interface Entry {
  readonly id: number;
  readonly sql: string;
  readonly options: QueryOptions;
  readonly wantsRows: boolean;
  readonly askedAt: number;
  readonly limits: EngineLimits;
  readonly job: LaneJob;
  slot: number | undefined;
  timer: NodeJS.Timeout | undefined;
  /** Tells who asked; only the first call counts. */
  readonly settle: (outcome: Outcome) => void;
}

interface Book {
  readonly deps: RunningQueriesDeps;
  readonly lanes: Lanes;
  readonly entries: Map<number, Entry>;
  readonly idleListeners: (() => void)[];
  lastId: number;
}

/** A promise and the function that settles it; an abort of the signal settles it with the signal's reason. */
function settler(
  signal: AbortSignal | undefined,
  aborted: () => void,
): { readonly settle: (outcome: Outcome) => void; readonly answer: Promise<QueryAnswer> } {
  let settle: (outcome: Outcome) => void = () => {};
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

const limitsOf = ({ answerBytesMax, memoryBytesMax }: RunningQueriesDeps, options: QueryOptions): EngineLimits => ({
  max_execution_time: options.timeoutMs / 1000,
  max_memory_usage: options.memoryBytesMax ?? memoryBytesMax[options.lane],
  max_rows_to_read: options.rowsToReadMax ?? 0,
  max_result_bytes: answerBytesMax,
});

function remove({ entries, lanes, idleListeners }: Book, entry: Entry): void {
  clearTimeout(entry.timer);
  entries.delete(entry.id);
  if (entry.slot !== undefined) lanes.release(entry.slot);
  if (entries.size === 0) for (const listener of idleListeners.splice(0)) listener();
}

/** Nobody waits for it any more. While it runs the engine is told to stop, and its session stays taken until it has. */
function giveUp(book: Book, entry: Entry): void {
  const { deps, lanes, entries } = book;
  if (lanes.withdraw(entry.job)) remove(book, entry);
  if (!entries.has(entry.id)) return;
  deps.send({ type: "kill", id: entry.id });
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => deps.hung(entry.options.fingerprint), hungAfterMs);
}

function onLate(book: Book, entry: Entry): void {
  entry.settle({ error: new TaffrailError("query_timeout", { seconds: entry.limits.max_execution_time }) });
  giveUp(book, entry);
}

function start({ deps }: Book, entry: Entry, slot: number): void {
  entry.slot = slot;
  const { id, sql, options, limits, wantsRows } = entry;
  const leftMs = Math.max(1, options.timeoutMs - (deps.clock.monotonic() - entry.askedAt));
  deps.send({
    type: "run",
    id,
    slot,
    readOnly: options.lane === "interactive",
    sql,
    limits: { ...limits, max_execution_time: leftMs / 1000 },
    wantsRows,
  });
}

function submit(book: Book, sql: string, options: QueryOptions, wantsRows: boolean): Promise<QueryAnswer> {
  const { deps, lanes, entries } = book;
  const { lane, fingerprint } = options;
  book.lastId += 1;
  const { answer, settle } = settler(options.signal, () => giveUp(book, entry));
  const suspect = fingerprint !== undefined && deps.suspected(fingerprint);
  const entry: Entry = {
    id: book.lastId,
    sql,
    options,
    wantsRows,
    askedAt: deps.clock.monotonic(),
    limits: limitsOf(deps, options),
    job: { lane, suspect, start: (slot) => start(book, entry, slot) },
    slot: undefined,
    timer: setTimeout(() => onLate(book, entry), options.timeoutMs + killAfterMs),
    settle,
  };
  entries.set(entry.id, entry);
  if (!lanes.submit(entry.job)) {
    settle({ error: new TaffrailError("query_queue_full", {}) });
    remove(book, entry);
  }
  return answer;
}

function outcomeOf({ deps }: Book, entry: Entry, message: Settled): Outcome {
  if (message.type === "failed") return { error: engineError(message, entry.limits) };
  const elapsedMs = deps.clock.monotonic() - entry.askedAt;
  if (!entry.wantsRows) return { answer: { rows: [], elapsedMs, rowsRead: 0, bytesRead: 0 } };
  try {
    return { answer: parseAnswer(message.text, elapsedMs) };
  } catch (error) {
    return { error };
  }
}

function abandon({ entries, idleListeners }: Book, error: TaffrailError): readonly string[] {
  const left = [...entries.values()];
  entries.clear();
  for (const entry of left) {
    clearTimeout(entry.timer);
    entry.settle({ error });
  }
  for (const listener of idleListeners.splice(0)) listener();
  return left.flatMap(({ slot, options }) =>
    slot === undefined || options.fingerprint === undefined ? [] : [options.fingerprint],
  );
}

/**
 * Opens the book of statements for one life of the engine.
 *
 * @example const queries = createRunningQueries(deps); await queries.run("SELECT 1", { lane: "interactive", timeoutMs: 1000 }, true);
 */
export function createRunningQueries(deps: RunningQueriesDeps): RunningQueries {
  const book: Book = { deps, lanes: createLanes(deps.sizes), entries: new Map(), idleListeners: [], lastId: 0 };
  return {
    run: async (sql, options, wantsRows) => {
      options.signal?.throwIfAborted();
      return await submit(book, sql, options, wantsRows);
    },
    settle(message): void {
      const entry = book.entries.get(message.id);
      if (entry === undefined) return;
      entry.settle(outcomeOf(book, entry, message));
      remove(book, entry);
    },
    abandon: (error) => abandon(book, error),
    idle: () =>
      book.entries.size === 0 ? Promise.resolve() : new Promise((resolve) => book.idleListeners.push(resolve)),
  };
}

import { limits, TaffrailError } from "@taffrail/contracts";
import type { Filter } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";
import type { TailEvent } from "../query/answers.ts";
import type { LogStore } from "../store/store.ts";
import { fitRecords } from "./fit-records.ts";

/** Half-open range of Seq, [from, to). */
interface SeqRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Commits that wait for their look at the store; beyond them the tail is behind and says so. */
const backlogMax = 64;
/** Looks at one range before it is left out: a restart of the engine takes up to five seconds. */
const attemptsMax = 20;
const retryPauseMs = 500;

export interface TailGroupDeps {
  readonly store: Pick<LogStore, "range">;
  readonly scope: Scope;
  readonly filter: Filter | undefined;
  /** Hands an event to every reader of the group. */
  readonly publish: (event: TailEvent) => void;
}

/** Readers with the same tenant, rights and filter: one query for all of them. */
export interface TailGroup {
  /** Records of this range are in the store. Returns at once. */
  committed(range: SeqRange): void;
  close(): void;
}

const asError = (error: unknown): TaffrailError =>
  error instanceof TaffrailError
    ? error
    : new TaffrailError("query_failed", { reason: "the tail's query failed" }, error);

/** Adds a range to those that wait; one that continues the last is asked about together with it. */
const append = (waiting: SeqRange[], range: SeqRange): void => {
  const last = waiting.at(-1);
  if (last?.to === range.from) waiting[waiting.length - 1] = { from: last.from, to: range.to };
  else waiting.push(range);
};

/** Starts a group: it looks at one range after the other, so that readers see commits in their order. */
export function startTailGroup(deps: TailGroupDeps): TailGroup {
  const { store, scope, filter, publish } = deps;
  const waiting: SeqRange[] = [];
  let isRunning = false;
  let isClosed = false;
  let attempts = 0;
  let timer: NodeJS.Timeout | undefined;

  const sayLeftOut = (commits: number): void =>
    publish({ type: "problem", error: new TaffrailError("tail_behind", { commits }).toJSON() });
  const look = async (range: SeqRange): Promise<void> => {
    const answer = await store.range(scope, filter, range.from, range.to, limits.tailPush.value);
    if (isClosed || answer.matched === 0) return;
    const records = fitRecords(answer.records);
    publish({ type: "records", records, matched: answer.matched, shown: records.length });
  };
  /** Keeps the range for another look, or gives it up; true when there will be another look. */
  const afterFailure = (range: SeqRange, error: unknown): boolean => {
    attempts += 1;
    if (attempts === 1) publish({ type: "problem", error: asError(error).toJSON() });
    if (attempts < attemptsMax) {
      waiting.unshift(range);
      return true;
    }
    attempts = 0;
    sayLeftOut(1);
    return false;
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    for (let range = waiting.shift(); range !== undefined && !isClosed; range = waiting.shift()) {
      try {
        await look(range);
        attempts = 0;
      } catch (error) {
        if (isClosed || !afterFailure(range, error)) continue;
        timer = setTimeout(() => void run(), retryPauseMs);
        return;
      }
    }
    isRunning = false;
  };
  return {
    committed(range) {
      append(waiting, range);
      if (waiting.length > backlogMax) sayLeftOut(waiting.splice(0, waiting.length - backlogMax).length);
      if (!isRunning) void run();
    },
    close() {
      isClosed = true;
      waiting.length = 0;
      clearTimeout(timer);
    },
  };
}

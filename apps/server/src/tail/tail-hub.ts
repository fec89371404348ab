import { type Clock, limits, TaffrailError } from "@taffrail/contracts";
import { printQuery } from "@taffrail/query";
import { authorizeLogs } from "../access/authorize.ts";
import type { Scope } from "../access/scope.ts";
import type { Commit, Journal } from "../journal/journal.ts";
import type { TailEvent } from "../query/answers.ts";
import { readFilter } from "../query/read-filter.ts";
import type { LogStore } from "../store/store.ts";
import { createEventQueue, type EventQueue } from "./event-queue.ts";
import { startTailGroup, type TailGroup } from "./tail-group.ts";

export interface TailHubDeps {
  readonly store: Pick<LogStore, "range">;
  readonly journal: Pick<Journal, "onCommit" | "setTailing">;
  readonly clock: Pick<Clock, "now">;
}

/** What the hub has done since it was created. */
interface TailStats {
  /** Readers now, and the distinct questions among them. */
  readonly readers: number;
  readonly groups: number;
  /** Records that matched a group's filter, and those of them that were handed to its readers. */
  readonly matched: number;
  readonly shown: number;
  /** Batches given up because their reader was slow. */
  readonly droppedPushes: number;
}

/**
 * Live tail. When the journal commits, each distinct question is asked once about the committed records, in the words of a search, and the
 * answer goes to every reader of that question.
 *
 * `subscribe` throws at once: the errors of the query, `query_field_masked`, `forbidden`, `tail_limit`, `shutting_down`. The iterable starts with `hello`,
 * then yields what is committed from now on; it ends when `signal` aborts, when its reader leaves it, or at `close`. A reader that does not
 * keep up loses the oldest batches and sees it in `matched`; it never delays another reader. `close` ends all iterables and is idempotent.
 */
export interface TailHub {
  subscribe(scope: Scope, queryText: string, options: { readonly signal: AbortSignal }): AsyncIterable<TailEvent>;
  stats(): TailStats;
  close(): void;
}

interface Group {
  readonly tenant: string;
  readonly readers: Set<EventQueue>;
  readonly tail: TailGroup;
}

interface Totals {
  matched: number;
  shown: number;
  droppedPushes: number;
}

/** Readers share a group when they ask the same and may see the same. */
const groupKey = (scope: Scope, query: string): string =>
  JSON.stringify([scope.tenant, scope.datasets, scope.maskedFields, query]);

const openGroup = (
  deps: TailHubDeps,
  totals: Totals,
  scope: Scope,
  filter: ReturnType<typeof readFilter>["filter"],
): Group => {
  const readers = new Set<EventQueue>();
  const publish = (event: TailEvent): void => {
    if (event.type === "records") {
      totals.matched += event.matched;
      totals.shown += event.shown;
    }
    for (const reader of readers) reader.push(event);
  };
  return { tenant: scope.tenant, readers, tail: startTailGroup({ store: deps.store, scope, filter, publish }) };
};

/**
 * Creates the hub. While anyone reads, it asks the journal to close its segments sooner.
 *
 * @example
 * const hub = createTailHub({ store, journal, clock });
 * for await (const event of hub.subscribe(scope, "level:>=warn", { signal })) show(event);
 */
export function createTailHub(deps: TailHubDeps): TailHub {
  const groups = new Map<string, Group>();
  const totals: Totals = { matched: 0, shown: 0, droppedPushes: 0 };
  let readerCount = 0;
  let isClosed = false;

  const stopListening = deps.journal.onCommit((commit: Commit) => {
    for (const group of groups.values()) {
      for (const range of commit.ranges) if (range.tenant === group.tenant) group.tail.committed(range);
    }
  });
  const leave = (key: string, group: Group, queue: EventQueue): void => {
    group.readers.delete(queue);
    totals.droppedPushes += queue.dropped;
    readerCount -= 1;
    if (group.readers.size === 0) {
      group.tail.close();
      groups.delete(key);
    }
    if (readerCount === 0) deps.journal.setTailing(false);
  };
  return {
    subscribe(scope, queryText, { signal }) {
      if (isClosed) throw new TaffrailError("shutting_down");
      authorizeLogs(scope);
      const { filter } = readFilter(queryText, scope);
      if (readerCount >= limits.tails.value) throw new TaffrailError("tail_limit", { limit: limits.tails.value });
      const key = groupKey(scope, printQuery(filter));
      const group = groups.get(key) ?? openGroup(deps, totals, scope, filter);
      groups.set(key, group);
      const stop = (): void => queue.end();
      const queue = createEventQueue(() => {
        signal.removeEventListener("abort", stop);
        leave(key, group, queue);
      });
      group.readers.add(queue);
      readerCount += 1;
      if (readerCount === 1) deps.journal.setTailing(true);
      queue.push({ type: "hello", serverTime: new Date(deps.clock.now()).toISOString() });
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      return queue;
    },
    stats() {
      const waiting = [...groups.values()].flatMap(({ readers }) => [...readers]);
      const dropped = waiting.reduce((sum, { dropped: count }) => sum + count, 0);
      return { ...totals, readers: readerCount, groups: groups.size, droppedPushes: totals.droppedPushes + dropped };
    },
    close() {
      isClosed = true;
      stopListening();
      for (const { readers } of [...groups.values()]) for (const reader of [...readers]) reader.end();
    },
  };
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits, systemClock, TaffrailError } from "@taffrail/contracts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../access/scope.ts";
import { openTestJournal, rowsRequest, type TestJournal } from "../journal/testdata/test-journal.ts";
import type { TailEvent } from "../query/answers.ts";
import { createLogStore } from "../store/log-store.ts";
import type { LogStore } from "../store/store.ts";
import { killEngine, openTestStore, type TestStore } from "../store/testdata/test-store.ts";
import { createTailHub, type TailHub, type TailHubDeps } from "./tail-hub.ts";

const scope: Scope = { tenant: "default", datasets: ["logs"], maskedFields: [] };
let dir: string;
let store: TestStore;
let logs: LogStore;
let opened: TestJournal;
let hub: TailHub;
let leave: AbortController;

beforeAll(async () => {
  store = await openTestStore();
  logs = createLogStore({ engine: store.engine });
});
afterAll(() => store.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "taffrail-tail-"));
  await store.engine.ready();
  opened = await openTestJournal(dir, store.segments);
  hub = createTailHub({ store: logs, journal: opened.journal, clock: systemClock });
  leave = new AbortController();
});
afterEach(async () => {
  hub.close();
  await opened.close();
  await rm(dir, { recursive: true, force: true });
});

const tail = (query: string, asked: Scope = scope): AsyncIterator<TailEvent> =>
  hub.subscribe(asked, query, { signal: leave.signal })[Symbol.asyncIterator]();

interface Seen {
  readonly bodies: readonly string[];
  readonly matched: number;
  readonly shown: number;
  readonly problems: readonly string[];
}

/** Reads until that many records have matched. */
const read = async (events: AsyncIterator<TailEvent>, matchedWanted: number): Promise<Seen> => {
  const bodies: string[] = [];
  const problems: string[] = [];
  let [matched, shown] = [0, 0];
  while (matched < matchedWanted) {
    const { done, value: event } = await events.next();
    if (done === true) break;
    if (event.type === "problem") problems.push(event.error.code);
    if (event.type !== "records") continue;
    bodies.push(...event.records.map(({ body }: { readonly body: string }) => body));
    matched += event.matched;
    shown += event.shown;
  }
  return { bodies, matched, shown, problems };
};
const append = (ids: readonly string[], tenant = "default") => opened.journal.append(rowsRequest(ids, { tenant }));
const idList = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return "none";
  } catch (error) {
    return error instanceof TaffrailError ? error.code : String(error);
  }
};

describe("what readers get", () => {
  test("hello first, then each committed record once, in order", async () => {
    const events = tail("");
    expect((await events.next()).value).toMatchObject({ type: "hello" });
    const wanted = [...idList("first", 20), ...idList("second", 20)];
    await append(wanted.slice(0, 20));
    await opened.journal.drained();
    await append(wanted.slice(20));
    const seen = await read(events, 40);
    expect(seen.bodies.toSorted()).toEqual(wanted.toSorted());
    expect(seen).toMatchObject({ matched: 40, shown: 40, problems: [] });
  });

  test("only what matches, by the words of a search; only their own tenant", async () => {
    const [wide, narrow, foreign] = [tail(""), tail('"apple 1" OR plum'), tail("", { ...scope, tenant: "other" })];
    await append(["apple 1", "apple 12", "plum 3", "pear 4"]);
    await append(["foreign 1"], "other");
    expect((await read(wide, 4)).bodies).toHaveLength(4);
    expect((await read(narrow, 2)).bodies).toEqual(["apple 1", "plum 3"]);
    expect((await read(foreign, 1)).bodies).toEqual(["foreign 1"]);
  });

  test("readers of one question share one query for each commit", async () => {
    let asked = 0;
    const counting: Pick<LogStore, "range"> = {
      range: (...question) => {
        asked += 1;
        return logs.range(...question);
      },
    };
    const shared = createTailHub({ store: counting, journal: opened.journal, clock: systemClock });
    const readers = ["level:info apple", "apple  level:info", "(level:info) (apple)"].map((query) =>
      shared.subscribe(scope, query, leave)[Symbol.asyncIterator](),
    );
    expect(shared.stats()).toMatchObject({ readers: 3, groups: 2 });
    await append(["apple 1"]);
    for (const reader of readers) expect((await read(reader, 1)).bodies).toEqual(["apple 1"]);
    expect(asked).toBe(2);
    shared.close();
  });

  test("more than a push holds: the counts say so", async () => {
    const events = tail("many");
    const count = limits.tailPush.value + 200;
    await append(idList("many", count));
    const seen = await read(events, count);
    expect(seen).toMatchObject({ matched: count, shown: limits.tailPush.value });
    expect(seen.bodies).toEqual(idList("many", count).slice(-limits.tailPush.value));
  });

  test("a reader that does not read loses batches, not counts, and delays nobody", async () => {
    const [idle, busy] = [tail(""), tail("")];
    const commits = limits.tailQueue.value + 4;
    for (let index = 0; index < commits; index += 1) {
      await append([`record ${index}`]);
      await opened.journal.drained();
    }
    // The busy reader is served from the same pushes; reading it first shows that the idle one holds nothing up.
    expect(await read(busy, commits)).toMatchObject({ matched: commits });
    const seen = await read(idle, commits);
    expect(seen.matched).toBe(commits);
    expect(seen.shown).toBeLessThan(commits);
    expect(hub.stats().droppedPushes).toBeGreaterThan(0);
  });
});

describe("life of a reader", () => {
  test("the journal hurries only while somebody reads", async () => {
    const calls: boolean[] = [];
    const journal: TailHubDeps["journal"] = {
      onCommit: (listener) => opened.journal.onCommit(listener),
      setTailing: (active) => calls.push(active),
    };
    const watched = createTailHub({ store: logs, journal, clock: systemClock });
    const [first, second] = [new AbortController(), new AbortController()];
    watched.subscribe(scope, "", first);
    watched.subscribe(scope, "a", second);
    first.abort();
    expect(calls).toEqual([true]);
    second.abort();
    expect(calls).toEqual([true, false]);
    expect(watched.stats()).toMatchObject({ readers: 0, groups: 0 });
    watched.close();
  });

  test("it ends when its signal aborts, even before it was read, and when the hub closes", async () => {
    const events = tail("");
    await events.next();
    const waiting = events.next();
    leave.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await tail("").next()).toEqual({ done: true, value: undefined });
    leave = new AbortController();
    const other = tail("");
    await other.next();
    const last = other.next();
    hub.close();
    expect(await last).toEqual({ done: true, value: undefined });
    expect(codeOf(() => tail(""))).toBe("shutting_down");
  });

  test("mistakes and limits are told at once", () => {
    expect(codeOf(() => tail("(a"))).toBe("query_syntax");
    expect(codeOf(() => tail("", { ...scope, datasets: [] }))).toBe("forbidden");
    expect(codeOf(() => tail("secret:1", { ...scope, maskedFields: ["secret"] }))).toBe("query_field_masked");
    for (let index = 0; index < limits.tails.value; index += 1) hub.subscribe(scope, "", new AbortController());
    expect(codeOf(() => tail(""))).toBe("tail_limit");
    expect(hub.stats().readers).toBe(limits.tails.value);
  });
});

test("an engine that dies under the tail is said, and the records come after it", async () => {
  let failures = 0;
  const failing: Pick<LogStore, "range"> = {
    range: (...question) => {
      if (failures === 0) killEngine(store.engine);
      failures += 1;
      return logs.range(...question);
    },
  };
  const shaken = createTailHub({ store: failing, journal: opened.journal, clock: systemClock });
  const events = shaken.subscribe(scope, "survivor", leave)[Symbol.asyncIterator]();
  await append(["survivor 1", "other"]);
  const seen = await read(events, 1);
  expect(seen.bodies).toEqual(["survivor 1"]);
  expect(seen.problems).toEqual(["engine_unavailable"]);
  shaken.close();
});

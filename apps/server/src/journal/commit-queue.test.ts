import { beforeEach, describe, expect, it } from "vitest";
import { CommitQueue, type QueueEntry } from "./commit-queue.ts";
import { createTally, type Segment } from "./segment.ts";
import { firstTrial } from "./trial.ts";

let nowMs: number;
let queue: CommitQueue;
beforeEach(() => {
  nowMs = 0;
  queue = new CommitQueue({ now: () => nowMs, monotonic: () => nowMs });
});

function segment(path: string): Segment {
  const summary = createTally().read();
  const rest = { header: undefined, createdMs: 0, sinceMs: 0, sentBefore: false };
  return { path, kind: "log-rows", salt: 1, summary, ...rest };
}

function push(...paths: string[]): void {
  for (const path of paths) queue.push(segment(path), firstTrial("first"));
}

function take(): QueueEntry {
  const entry = queue.pick();
  if (!entry) throw new Error("nothing to take");
  queue.settled(entry);
  queue.remove(entry);
  return entry;
}

describe("the commit queue", () => {
  it("drains oldest and newest in turn", () => {
    push("1", "2", "3", "4", "5");
    const order = Array.from({ length: 5 }, () => take().segment.path);
    expect(order).toEqual(["1", "5", "2", "4", "3"]);
    expect(queue.pick()).toBeUndefined();
  });

  it("passes over what is paused until its time has come", () => {
    push("1", "2");
    const first = queue.pick();
    if (first) queue.pause(first, 1000);
    expect(take().segment.path).toBe("2");
    expect(queue.pick()).toBeUndefined();
    nowMs = 1000;
    expect(take().segment.path).toBe("1");
  });

  it("tells a waiter when what was there is done, whatever came later, pieces included", async () => {
    push("1", "2");
    const done: string[] = [];
    const waiting = queue.settledUpToNow().then(() => done.push("done"));
    push("3");
    const first = queue.pick();
    if (!first) throw new Error("nothing to take");
    queue.replace(
      first,
      ["1a", "1b"].map((path) => ({ segment: segment(path), trial: firstTrial("seq-check") })),
    );
    expect(queue.unsettled).toBe(4);
    const taken: string[] = [];
    while (!taken.includes("2") || !taken.includes("1b") || !taken.includes("1a")) {
      expect(done).toEqual([]);
      taken.push(take().segment.path);
      await Promise.resolve();
    }
    await waiting;
    expect(done).toEqual(["done"]);
  });

  it("rejects a waiter that gives up", async () => {
    push("1");
    await expect(queue.settledUpToNow(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    const stop = new AbortController();
    const waiting = queue.settledUpToNow(stop.signal);
    stop.abort(new Error("later"));
    await expect(waiting).rejects.toThrow("later");
  });

  it("wakes its sleeper when something comes", async () => {
    const sleep = queue.sleep();
    push("1");
    await sleep;
    expect(queue.size).toBe(1);
  });
});

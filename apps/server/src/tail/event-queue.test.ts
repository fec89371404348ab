import { limits, TaffrailError } from "@taffrail/contracts";
import { expect, test } from "vitest";
import type { TailEvent } from "../query/answers.ts";
import { createEventQueue } from "./event-queue.ts";

const records = (matched: number): TailEvent => ({ type: "records", records: [], matched, shown: 0 });
const problem: TailEvent = { type: "problem", error: new TaffrailError("tail_behind", { commits: 1 }).toJSON() };
const nothing = (): void => {};

test("events come in order, to a reader that waits and to one that comes later", async () => {
  const queue = createEventQueue(nothing);
  const waiting = queue.next();
  queue.push(records(1));
  queue.push(problem);
  queue.push(records(2));
  expect(await waiting).toEqual({ done: false, value: records(1) });
  expect((await queue.next()).value).toEqual(problem);
  expect((await queue.next()).value).toEqual(records(2));
});

test("a full queue drops its oldest batches and tells what they matched", async () => {
  const queue = createEventQueue(nothing);
  const pushes = limits.tailQueue.value + 10;
  for (let index = 0; index < pushes; index += 1) queue.push(records(1));
  expect(queue.dropped).toBe(10);
  const events: TailEvent[] = [];
  for (let index = 0; index < limits.tailQueue.value; index += 1) events.push((await queue.next()).value);
  const matched = events.reduce((sum, event) => sum + (event.type === "records" ? event.matched : 0), 0);
  expect(matched).toBe(pushes);
  expect(events[0]).toEqual(records(11));
});

test("problems are bounded, too, and never push records out", async () => {
  const queue = createEventQueue(nothing);
  queue.push(records(1));
  for (let index = 0; index < 1000; index += 1) queue.push(problem);
  let waiting = 0;
  while ((await Promise.race([queue.next(), Promise.resolve(undefined)])) !== undefined) waiting += 1;
  expect(waiting).toBe(5);
});

test("ending tells the owner once and lets the reader go", async () => {
  let ended = 0;
  const queue = createEventQueue(() => {
    ended += 1;
  });
  const waiting = queue.next();
  queue.end();
  queue.end();
  queue.push(records(1));
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await queue.next()).toEqual({ done: true, value: undefined });
  expect(ended).toBe(1);
});

test("a reader that leaves its loop ends the queue", async () => {
  let ended = 0;
  const queue = createEventQueue(() => {
    ended += 1;
  });
  queue.push(records(1));
  for await (const event of queue) {
    expect(event).toEqual(records(1));
    break;
  }
  expect(ended).toBe(1);
});

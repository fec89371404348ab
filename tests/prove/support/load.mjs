// @ts-check
import { pause } from "./machine.mjs";
import { forms, send } from "./senders.mjs";

/**
 * @typedef {object} Load
 * @property {() => { acknowledged: number, other: number, slowestMs: number }} seen batches so far, and the longest wait for an answer
 * @property {() => Promise<void>} stop resolves when the batches under way are answered
 */

/**
 * Senders that go on, in every form, until they are told to stop.
 * @param {string} url @param {import("@taffrail/contracts").Random} random
 * @param {{ prefix: string, book: import("./judge-store.mjs").Book, senders?: number, batches?: number, records?: number, pauseMs?: number }} options
 * `batches`: each sender stops by itself after so many; `records`: a batch has less than that; `pauseMs`: the most between two batches
 * @returns {Load & { done: Promise<void> }}
 */
export function startLoad(url, random, options) {
  const { prefix, book, senders = 2, batches = Number.POSITIVE_INFINITY, records = 120, pauseMs = 60 } = options;
  const seen = { acknowledged: 0, other: 0, slowestMs: 0 };
  let stopped = false;
  const sender = async (/** @type {number} */ number) => {
    for (let batch = 0; batch < batches && !stopped; batch += 1) {
      const ids = Array.from(
        { length: random.integer(1, records) },
        (_, index) => `${prefix}-${number}-${batch}-${index}`,
      );
      const asked = performance.now();
      const outcome = await send(url, random.pick(forms), ids);
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - asked);
      seen[outcome === "acknowledged" ? "acknowledged" : "other"] += 1;
      if (outcome === "refused") book.refused += ids.length;
      else for (const id of ids) book[outcome].add(id);
      await pause(random.integer(0, pauseMs));
    }
  };
  const done = Promise.all(Array.from({ length: senders }, (_, number) => sender(number))).then(() => undefined);
  return {
    seen: () => ({ ...seen }),
    done,
    stop() {
      stopped = true;
      return done;
    },
  };
}

// @ts-check
// The spool of the built library, used from inside; and what the proofs of it share.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./machine.mjs";

/** @typedef {import("../../../packages/taffrail/src/spool/spool.ts").Spool} Spool */
/** @typedef {import("../../../packages/taffrail/src/spool/spool-options.ts").SpoolOptions} SpoolOptions */
/** @typedef {import("@taffrail/contracts").Batch} Batch */

/** @param {string} path */
const built = (path) => import(pathToFileURL(join(root, "packages/taffrail/dist", path)).href);

/** @type {typeof import("../../../packages/taffrail/src/spool/file-spool.ts")} */
export const { createSpool } = await built("spool/file-spool.js");

/** A record as the proofs log it: its number, and something to fill it. @param {string} key @param {number} fill */
export const lineOf = (key, fill) =>
  `${JSON.stringify({ level: "info", key, fill: "é".repeat(fill % 200), msg: "spooled" })}\n`;

/** @param {Batch} batch @returns {string[]} */
export const keysOf = (batch) =>
  batch
    .text()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line).key);

/**
 * A receiver that knows batches by their ids, as the server does: what comes again under the same id is not taken again, and must be the same.
 * @typedef {object} Receiver
 * @property {Map<string, string>} batches text by batch id
 * @property {Map<string, number>} keys how often each record is there, after that
 * @property {string[]} faults
 * @property {(batch: Batch) => void} take
 */

/** @returns {Receiver} */
export function createReceiver() {
  /** @type {Receiver} */
  const receiver = {
    batches: new Map(),
    keys: new Map(),
    faults: [],
    take(batch) {
      const text = batch.text();
      const id = batch.id ?? "none";
      const before = receiver.batches.get(id);
      if (before !== undefined && before !== text) receiver.faults.push(`batch ${id} came with other bytes`);
      if (before !== undefined) return;
      receiver.batches.set(id, text);
      for (const key of keysOf(batch)) receiver.keys.set(key, (receiver.keys.get(key) ?? 0) + 1);
    },
  };
  return receiver;
}

/** What one sink's ledger says, from what the spool tells. */
export function openAccount() {
  const account = { accepted: 0, delivered: 0, dropped: /** @type {Record<string, number>} */ ({}) };
  return {
    account,
    listener: {
      inherited: (/** @type {number} */ records) => {
        account.accepted += records;
      },
      gone: (/** @type {string} */ reason, /** @type {number} */ records) => {
        account.dropped[reason] = (account.dropped[reason] ?? 0) + records;
      },
    },
    pending: () =>
      account.accepted - account.delivered - Object.values(account.dropped).reduce((sum, one) => sum + one, 0),
  };
}

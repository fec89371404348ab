// @ts-check
// Segments with right checksums that the engine cannot take: put among good ones while the server is stopped.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { writeSegment } from "./segment-files.mjs";
import { request } from "./senders.mjs";

/** @param {readonly string[]} ids */
function rowLines(ids) {
  const t = `${Date.now()}000000`;
  const base = {
    t,
    o: t,
    tr: "",
    sp: "",
    f: 0,
    sv: "",
    sn: 9,
    s: "prove",
    e: "",
    r: {},
    scn: "",
    scv: "",
    sca: {},
    n: {},
  };
  return Buffer.from(
    ids.map((id) => `${JSON.stringify({ ...base, b: `proof ${id}`, a: { proof_id: id }, rd: 30 })}\n`).join(""),
  );
}

/** @param {string} prefix @param {number} count */
const idList = (prefix, count) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** Every poison segment has Seq of its own, of a writer number that no journal here uses. @param {number} index */
const seqFor = (index) => (4000n << 52n) + BigInt(index) * 1_000_000n;

/**
 * OTLP frames, every second one cut short inside its message.
 * @param {string} dataDir @param {Set<string>} good gets the ids that must be stored @returns {number} records that cannot be
 */
export function addUnreadableOtlp(dataDir, good) {
  const frames = Array.from({ length: 7 }, (_, index) => {
    const ids = idList(`otlp-beside-poison-${index}`, 20);
    const payload = request("otlp-protobuf", ids, Date.now()).body;
    if (index % 2 === 1) return { payload: payload.subarray(0, payload.length - 9), count: ids.length };
    for (const id of ids) good.add(id);
    return { payload, count: ids.length };
  });
  writeSegment(dataDir, "otlp-logs", frames, seqFor(1));
  return 3 * 20;
}

/**
 * Row frames; one says that it holds 15 lines and has a broken one, which the store keeps as an empty record.
 * @param {string} dataDir @param {Set<string>} good @returns {number} records that cannot be stored
 */
export function addUnreadableRows(dataDir, good) {
  const frames = Array.from({ length: 5 }, (_, index) => {
    if (index === 2) return { payload: Buffer.from([0xff, 0xfe, 0x00, 0x7b]), count: 15 };
    const ids = idList(`rows-beside-poison-${index}`, 15);
    for (const id of ids) good.add(id);
    return { payload: rowLines(ids), count: ids.length };
  });
  writeSegment(dataDir, "log-rows", frames, seqFor(2));
  return 14;
}

/**
 * Row frames, one of them large. `endEngineThatReads` makes it deadly.
 * @param {string} dataDir @param {import("./judge-store.mjs").Book} book
 * @returns {{ readonly deadly: { from: bigint, to: bigint }, readonly records: number }}
 */
export function addDeadlyRows(dataDir, book) {
  const records = 40_000;
  const frames = Array.from({ length: 4 }, (_, index) => {
    const deadly = index === 1;
    const ids = idList(`rows-beside-death-${index}`, deadly ? records : 25);
    // The engine may die after it stored a part of the deadly frame; that part stays.
    for (const id of ids) book[deadly ? "unknown" : "acknowledged"].add(id);
    return { payload: rowLines(ids), count: ids.length };
  });
  const deadly = writeSegment(dataDir, "log-rows", frames, seqFor(3))[1];
  if (!deadly) throw new Error("the segment has no second frame");
  return { deadly, records };
}

/**
 * Ends the engine whenever it has a segment open that holds the deadly frame.
 * @param {string} dataDir @param {{ from: bigint, to: bigint }} deadly
 */
export function endEngineThatReads(dataDir, deadly) {
  const worker = new Worker(new URL("./deadly-reader.mjs", import.meta.url), { workerData: { dataDir, deadly } });
  let deaths = 0;
  worker.on("message", () => {
    deaths += 1;
  });
  return {
    deaths: () => deaths,
    async stop() {
      const ended = once(worker, "exit");
      worker.postMessage("stop");
      await ended;
    },
  };
}

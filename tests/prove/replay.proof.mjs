// @ts-check
import { unlinkSync } from "node:fs";
import { basename } from "node:path";
import { systemClock } from "@taffrail/contracts";
import { startServer } from "@taffrail/experiments";
import { judgeStore, openBook } from "./support/judge-store.mjs";
import { startLoad } from "./support/load.mjs";
import { command, drained, getJson, pause } from "./support/machine.mjs";
import { changeHeader, describeSegment, segmentFiles } from "./support/segment-files.mjs";
import { insertStatement, seqCondition, startEngine } from "./support/server-parts.mjs";

/** @typedef {import("@taffrail/contracts").Random} Random */
/** @typedef {import("../../apps/server/src/engine/engine.ts").Engine} Engine */

const replaysWanted = 3;
const lane = /** @type {const} */ ({ lane: "ingest", timeoutMs: 60_000 });

/**
 * Block settings that no version writes: nothing is cut where the usual ones cut it, and there are a few parts rather than one.
 * @param {Random} random @param {number} rows
 */
const otherBlocks = (random, rows) => ({
  max_block_size: random.pick([1, 3, 7, 50, 1000]),
  input_format_max_block_size_bytes: random.pick([1, 5000, 100_000]),
  min_insert_block_size_rows: Math.ceil(rows / random.pick([2, 3, 5, 9])),
  min_insert_block_size_bytes: 1_000_000_000,
});

/**
 * What a proof has done so far.
 * @typedef {object} Tally
 * @property {Map<string, number>} replays by segment (see `keyOf`): how often it was replayed after it was stored
 * @property {Record<string, number>} sums
 */

/** A start gives an open file its closed name; kind and first Seq stay. @param {string} path */
const keyOf = (path) => basename(path).replace(/^(.*?-[0-9a-f]{16}).*$/, "$1");

/**
 * The statement of a segment throws on the way, at four fifths of its rows, after blocks before that are stored.
 * @param {Engine} engine @param {ReturnType<typeof describeSegment>} segment @param {Tally["sums"]} sums
 */
async function throwOnTheWay(engine, segment, sums) {
  const blockSettings = {
    ...segment.blockSettings,
    max_block_size: 5,
    min_insert_block_size_rows: Math.ceil(segment.rows / 9),
  };
  const sql = insertStatement({ ...segment, blockSettings }, "first");
  const at = segment.seqFrom + BigInt(Math.floor(segment.rows * 0.8));
  const cut = sql.lastIndexOf(" SETTINGS format_schema_source");
  const failing = `${sql.slice(0, cut)} WHERE throwIf(Seq = ${at}, 'stopped on purpose') = 0${sql.slice(cut)}`;
  const said = await engine.execute(failing, lane).then(
    () => "nothing",
    (error) => String(error),
  );
  if (!said.includes("stopped on purpose")) throw new Error(`the insert did not throw on the way: ${said}`);
  const range = seqCondition([{ from: segment.seqFrom, to: segment.seqTo }]);
  const { rows } = await engine.query(`SELECT count() AS rows FROM taffrail.otel_logs WHERE ${range}`, lane);
  const visible = Number(rows[0]?.rows);
  if (visible >= segment.rows) throw new Error(`all ${visible} rows of a statement that threw are stored`);
  sums["inserts that threw at 80 %"] = (sums["inserts that threw at 80 %"] ?? 0) + 1;
  if (visible > 0) sums["of these with a part stored"] = (sums["of these with a part stored"] ?? 0) + 1;
}

/**
 * A segment is stored whole under other blocks than the server's, then once more under still others.
 * @param {Engine} engine @param {ReturnType<typeof describeSegment>} segment @param {Random} random
 */
async function storeUnderOtherBlocks(engine, segment, random) {
  await engine.execute(
    insertStatement(
      { ...segment, blockSettings: { ...segment.blockSettings, ...otherBlocks(random, segment.rows) } },
      "first",
    ),
    lane,
  );
  let again = insertStatement(segment, "seq-check");
  for (const [name, value] of Object.entries(otherBlocks(random, segment.rows)))
    again = again.replace(new RegExp(`\\b${name} = \\d+`), `${name} = ${value}`);
  await engine.execute(again, lane);
}

/**
 * Life one: everything is acknowledged, nothing is stored. Then the engine alone: some segments stored in part, some under other blocks.
 * @param {{ folder: string, random: Random, prefix: string, book: import("./support/judge-store.mjs").Book, tally: Tally }} round
 */
async function acknowledgeOnly({ folder, random, prefix, book, tally }) {
  const known = new Set(segmentFiles(folder).map(keyOf));
  const server = await start(folder, "store.insert.before:throw,journal.delete.before:throw");
  await startLoad(server.url, random, { prefix, book, batches: 12, records: 300, pauseMs: 200 }).done;
  await pause(1300);
  server.kill();
  await server.exited;
  const engine = startEngine({ dataDir: folder, clock: systemClock });
  try {
    await engine.ready();
    for (const path of segmentFiles(folder)) {
      if (known.has(keyOf(path))) continue;
      tally.replays.set(keyOf(path), -1);
      const segment = path.endsWith(".seg") ? describeSegment(path) : undefined;
      const fate = random.pick(["throw", "throw", "other blocks", "nothing"]);
      if (!segment || segment.rows < 5 || fate === "nothing") continue;
      if (fate === "throw") await throwOnTheWay(engine, segment, tally.sums);
      else {
        await storeUnderOtherBlocks(engine, segment, random);
        tally.sums["stored under other blocks"] = (tally.sums["stored under other blocks"] ?? 0) + 1;
      }
    }
  } finally {
    await engine.close();
  }
}

/** @param {string} dataDir @param {string} failpoints */
async function start(dataDir, failpoints) {
  // Its own records would tell of each failpoint and never let the journal come to rest.
  const env = { TAFFRAIL_LOG_LEVEL: "fatal" };
  const server = await startServer({ command, dataDir, failpoints, env });
  if (!server.url) throw new Error(`the server does not start: ${server.stderr().slice(-2000)}`);
  return { ...server, url: server.url };
}

/**
 * Life two: everything is stored but no segment file can be removed, so that each one is replayed at the next start. Some get another header first.
 * @param {{ folder: string, random: Random, prefix: string, batches: number, book: import("./support/judge-store.mjs").Book, tally: Tally }} round
 */
async function storeAndReplay({ folder, random, prefix, batches, book, tally }) {
  const before = segmentFiles(folder);
  for (const path of before) {
    if (random.next() < 0.5) continue;
    const { blockSettings, rows } = describeSegment(path);
    changeHeader(path, {
      blockSettings: { ...blockSettings, ...otherBlocks(random, rows) },
      ...(random.next() < 0.2 ? { statementVersion: 99 } : {}),
    });
    tally.sums["replays under another header"] = (tally.sums["replays under another header"] ?? 0) + 1;
  }
  const server = await start(folder, "journal.delete.before:throw");
  await startLoad(server.url, random, { prefix, book, batches, records: 300, pauseMs: 200 }).done;
  await drained(server.url);
  const { accepted, delivered } = (await getJson(`${server.url}/api/v1/status`)).ingest;
  if (accepted !== delivered) throw new Error(`accepted ${accepted}, delivered ${delivered}`);
  server.kill();
  await server.exited;
  for (const key of before.map(keyOf)) tally.replays.set(key, (tally.replays.get(key) ?? 0) + 1);
  for (const path of segmentFiles(folder)) {
    const times = tally.replays.get(keyOf(path)) ?? 0;
    tally.replays.set(keyOf(path), times);
    if (times >= replaysWanted) unlinkSync(path);
  }
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "replay",
  title:
    "replays under other block sizes, after a throw at 80 % of an insert, and of every segment three times: each record is stored exactly once",
  needs: [],
  counts: { full: 30, share: 2 },
  async run({ count, folder, random, say }) {
    const book = openBook();
    /** @type {Tally} */
    const tally = { replays: new Map(), sums: {} };
    const first = await start(folder, "");
    await first.stop();
    for (let round = 0; round < count; round += 1) {
      const shared = { folder, random, book, tally };
      await acknowledgeOnly({ ...shared, prefix: `a${round}` });
      await storeAndReplay({ ...shared, prefix: `b${round}`, batches: 5 });
      if ((round + 1) % 5 === 0) say(`${round + 1} rounds, ${book.acknowledged.size} records acknowledged`);
    }
    for (let life = 0; segmentFiles(folder).length > 0 && life < replaysWanted + 1; life += 1)
      await storeAndReplay({ folder, random, book, tally, prefix: "none", batches: 0 });
    const last = await start(folder, "");
    await drained(last.url);
    await last.stop();
    const faults = [];
    const rare = [...tally.replays].filter(([, times]) => times < replaysWanted);
    if (rare.length > 0)
      faults.push(`${rare.length} segments were replayed less often, for example ${rare[0]?.join(" ")}`);
    if (segmentFiles(folder).length > 0) faults.push(`the journal is not empty: ${segmentFiles(folder)}`);
    if (!tally.sums["of these with a part stored"]) faults.push("no insert that threw had stored a part");
    /** @type {Record<string, string | number>} */
    const figures = {
      rounds: count,
      "segments, each replayed three times": tally.replays.size,
      "of these OTLP": [...tally.replays.keys()].filter((path) => path.includes("otlp-logs")).length,
      ...tally.sums,
      "refused records": book.refused,
    };
    faults.push(...judgeStore(folder, book, figures));
    return { figures, faults };
  },
};

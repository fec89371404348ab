// A small server for the crash tests: engine, store, journal and dead letters from the built output, and a workload. It notes each acknowledgement in a
// file before it goes on, and is killed by the failpoints armed in TAFFRAIL_FAILPOINTS.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dist = "", dataDir = "", prefix = "", mode = ""] = process.argv.slice(2);
const load = (/** @type {string} */ path) => import(pathToFileURL(join(dist, path)).href);
const { systemClock, systemIds } = await import("@taffrail/contracts");
const { createFailpoint } = await import("@taffrail/experiments");
const { startEngine } = await load("engine/start-engine.js");
const { migrateStore } = await load("store/migrations.js");
const { createSegmentStore } = await load("store/segment-inserts.js");
const { openDeadLetters } = await load("journal/dead-letter-files.js");
const { openJournal } = await load("journal/open-journal.js");

const failpoint = createFailpoint(process.env.TAFFRAIL_FAILPOINTS ?? "");
const engine = startEngine({ dataDir, clock: systemClock });
await engine.ready();
await migrateStore(engine, dataDir);
const store = createSegmentStore({
  engine,
  schemaReady: () => Promise.resolve(),
  retentionDays: () => 30,
  failpoint,
});
const deadLetters = await openDeadLetters({ dir: join(dataDir, "dead-letters"), ids: systemIds, failpoint });
const journal = await openJournal({
  dir: join(dataDir, "journal"),
  store,
  deadLetters,
  clock: systemClock,
  ids: systemIds,
  failpoint,
  report: () => {},
});

/** @param {string} id */
function rowLine(id) {
  const t = String(BigInt(Date.now()) * 1_000_000n);
  const rest = '"tr":"","sp":"","f":0,"sv":"INFO","sn":9,"s":"test","e":"","r":{},"scn":"","scv":"","sca":{},"a":{},"n":{}';
  return `{"t":"${t}","o":"${t}",${rest},"b":${JSON.stringify(id)},"rd":30}\n`;
}

/** @param {string[]} ids @param {object} [options] */
async function append(ids, options) {
  const timeMs = Date.now();
  const request = {
    kind: "log-rows",
    tenant: "default",
    principal: "local",
    source: "lines",
    batchId: "",
    payload: Buffer.from(ids.map(rowLine).join("")),
    count: ids.length,
    timeMinMs: timeMs,
    timeMaxMs: timeMs,
    receivedAtMs: timeMs,
    ...options,
  };
  try {
    const { seqBase } = await journal.append(request);
    const lines = ids.map((id, index) => `${id} ${seqBase + BigInt(index)}\n`);
    appendFileSync(join(dataDir, "acknowledged"), lines.join(""));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("cannot be written")) throw error;
  }
}

if (mode === "work") {
  for (let round = 0; round < 5; round += 1) {
    const group = Array.from({ length: 12 }, (_, index) => `${prefix}-${round}-${index}`);
    await Promise.all(group.map((id) => append([id, `${id}+`])));
  }
  // A frame that the store cannot hold in full: its second and third record do not exist.
  await append([`${prefix}-short`], { count: 3 });
}
await journal.drained();
if (mode === "verify") {
  const sql = "SELECT Body, toString(Seq) AS seq FROM taffrail.otel_logs ORDER BY Body";
  const { rows } = await engine.query(sql, { lane: "background", timeoutMs: 60_000 });
  writeFileSync(join(dataDir, "stored.json"), JSON.stringify({ rows, ledger: journal.stats().ledger }));
}
await journal.close(10_000);
await deadLetters.close();
await engine.close();

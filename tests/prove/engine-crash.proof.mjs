// @ts-check
import {
  addBulk,
  engineOf,
  greedyQuestion,
  isAlive,
  killEngine,
  limitMemory,
  readyAgain,
  readyGoalMs,
  slowQuestion,
  unlimitMemory,
  usualQuestion,
  withServer,
} from "./support/engine-faults.mjs";
import { judgeStore, openBook } from "./support/judge-store.mjs";
import { startLoad } from "./support/load.mjs";
import { drained, getJson, pause, percentile, until } from "./support/machine.mjs";
import { addDeadlyRows, addUnreadableOtlp, addUnreadableRows, endEngineThatReads } from "./support/poison.mjs";

/** @typedef {import("./support/engine-faults.mjs").World} World */
/** @typedef {import("./support/engine-faults.mjs").Answer} Answer */

/** A life of this length is a sound one for the supervisor; its pauses begin anew. Milliseconds. */
const steadyMs = 10_500;
const killsInARow = 4;

/** @param {readonly number[]} values */
const times = (values) =>
  `p50 ${percentile(values, 0.5).toFixed(0)}, max ${Math.max(...values).toFixed(0)} of ${values.length}`;

/** @param {World} world @param {string} step @param {readonly number[]} readyMs */
function noteReady({ faults, figures }, step, readyMs) {
  figures[`${step}: ready again, ms`] = times(readyMs);
  const late = readyMs.filter((ms) => ms > readyGoalMs);
  if (late.length > 0) faults.push(`${step}: ready again only after ${late.map((ms) => ms.toFixed(0))} ms`);
}

/** Every batch must have been acknowledged. @param {World} world @param {string} step @param {ReturnType<typeof startLoad>} load */
async function noteLoad({ faults, figures }, step, load) {
  await load.stop();
  const { acknowledged, other, slowestMs } = load.seen();
  figures[`${step}: batches acknowledged`] = `${acknowledged}, slowest after ${slowestMs.toFixed(0)} ms`;
  if (other > 0) faults.push(`${step}: ${other} batches were not acknowledged`);
  if (acknowledged === 0) faults.push(`${step}: nothing was ingested`);
}

/** @param {World} world @param {string} step @param {Answer} answer @param {{ status: number, code: string }} expected */
function expectAnswer({ faults }, step, answer, expected) {
  if (answer.status !== expected.status || answer.code !== expected.code)
    faults.push(`${step}: ${answer.status} ${answer.text} instead of ${expected.status} ${expected.code}`);
}

/** @param {World} world @param {string} url */
async function killUnderIngest(world, url) {
  const { random, book, count } = world;
  const load = startLoad(url, random, { prefix: "kill", book });
  const readyMs = [];
  for (let kill = 0; kill < count; kill += 1) {
    await pause(kill > 0 && kill % killsInARow === 0 ? steadyMs : random.integer(300, 2500));
    readyMs.push(await killEngine(url));
  }
  await noteLoad(world, "kill under ingest", load);
  noteReady(world, "kill under ingest", readyMs);
}

/**
 * A question under which the engine dies twice is answered clearly both times, then refused; others are answered.
 * @param {World} world @param {string} url
 */
async function killerQuestion(world, url) {
  const { random, book, faults, figures } = world;
  const load = startLoad(url, random, { prefix: "query", book });
  const readyMs = [];
  const words = ["gh", "jk", "mn", "pq", "rs", "tu"].slice(0, Math.max(1, Math.floor(world.count / 4)));
  for (const word of words) {
    await pause(steadyMs);
    for (let death = 0; death < 2; death += 1) {
      const asked = slowQuestion(url, word);
      await pause(random.integer(500, 2000));
      readyMs.push(await killEngine(url));
      expectAnswer(world, "kill under a query", await asked, { status: 503, code: "engine_unavailable" });
    }
    const { restarts } = await engineOf(url);
    for (let again = 0; again < 3; again += 1) {
      const refused = await slowQuestion(url, word);
      expectAnswer(world, "killer query", refused, { status: 422, code: "query_quarantined" });
      const usual = await usualQuestion(url);
      if (usual.status !== 200) faults.push(`killer query: another question got ${usual.status} ${usual.text}`);
    }
    if ((await engineOf(url)).restarts !== restarts) faults.push("killer query: the engine ended once more");
  }
  figures["killer queries refused after two deaths"] = words.length;
  await noteLoad(world, "kill under a query", load);
  noteReady(world, "kill under a query", readyMs);
}

/** The cap of one question, and of the engine when several come at once: they are refused, nothing else notices. @param {World} world @param {string} url */
async function memoryCap(world, url) {
  const { random, book, faults, figures } = world;
  const before = await engineOf(url);
  const load = startLoad(url, random, { prefix: "cap", book, records: 400 });
  const answers = [await greedyQuestion(url, "cap")];
  for (let again = 0; again < 4; again += 1)
    answers.push(
      ...(await Promise.all([greedyQuestion(url, "cap"), greedyQuestion(url, "cap"), greedyQuestion(url, "cap")])),
    );
  for (const answer of answers) expectAnswer(world, "memory cap", answer, { status: 422, code: "query_memory" });
  const after = await engineOf(url);
  if (after.pid !== before.pid) faults.push(`memory cap: the engine ended: ${after.reason}`);
  figures["memory cap"] = `${answers.length} answers 422 query_memory, the engine lives`;
  await noteLoad(world, "memory cap", load);
}

/** The system gives the engine no more memory, under ingest and a question. @param {World} world @param {string} url */
async function memoryRefused(world, url) {
  const { random, book, faults, figures } = world;
  const load = startLoad(url, random, { prefix: "memory", book, records: 400 });
  await pause(steadyMs);
  const clear = new Set(["query_memory", "query_failed", "engine_unavailable"]);
  const codes = new Set();
  const readyMs = [];
  for (const word of ["first", "second", "third", "fourth"]) {
    await pause(1000);
    const { pid } = await engineOf(url);
    limitMemory(pid, 16_000_000);
    const { status, code, text } = await greedyQuestion(url, word);
    codes.add(`${status} ${code}`);
    if (!clear.has(code)) faults.push(`memory limit of the system: ${status} ${text}`);
    await pause(200);
    if (isAlive(pid)) unlimitMemory(pid);
    else readyMs.push(await readyAgain(url, pid));
  }
  await noteLoad(world, "memory limit of the system", load);
  await drained(url);
  const usual = await usualQuestion(url);
  if (usual.status !== 200) faults.push(`memory limit of the system: afterwards ${usual.status} ${usual.text}`);
  figures["memory limit of the system"] = `${[...codes].join(", ")}; the engine ended ${readyMs.length} times`;
  if (readyMs.length > 0) noteReady(world, "memory limit of the system", readyMs);
}

/**
 * One kill -9 of the server while a slow question runs and records come in.
 * @param {World} world @param {number} kill @returns {Promise<number>} how long this start took, milliseconds
 */
async function killServerOnce({ folder, random, book, faults }, kill) {
  let startMs = 0;
  await withServer(folder, async (server) => {
    startMs = server.startMs;
    const load = startLoad(server.url, random, { prefix: `server-${kill}`, book });
    const { pid } = await engineOf(server.url);
    const asked = slowQuestion(server.url, random.pick(["gi", "jl", "mo"]));
    await pause(random.integer(800, 2500));
    server.kill();
    const broken = await asked;
    if (broken.status !== 0) faults.push(`kill of the server: the slow query had ended before: ${broken.status}`);
    await load.stop();
    await until("the engine ends by itself", async () => !isAlive(pid), 2000).catch(() => {
      faults.push("kill of the server: the engine outlived it by 2 s");
    });
  });
  return startMs;
}

/** @param {World} world */
async function killServer(world) {
  const readyMs = [];
  // The first start follows an orderly stop.
  for (let kill = 0; kill <= Math.max(1, Math.floor(world.count / 3)); kill += 1) {
    const startMs = await killServerOnce(world, kill);
    if (kill > 0) readyMs.push(startMs);
  }
  await withServer(world.folder, async (last) => {
    readyMs.push(last.startMs);
    await drained(last.url);
  });
  noteReady(world, "kill of the server in a slow query", readyMs);
}

/**
 * @param {World} world @param {string} url @param {number} damaged records that must have been put away
 * @param {number} quarantined files that must be there by now
 */
async function expectPutAway({ faults }, url, damaged, quarantined) {
  const { ingest, journal, ready } = await getJson(`${url}/api/v1/status`);
  if (ingest.dropped["sink-refused"] !== damaged)
    faults.push(`poison: ${JSON.stringify(ingest.dropped)} dropped, ${damaged} are unreadable`);
  if (journal.segmentsQuarantined !== quarantined)
    faults.push(`poison: ${journal.segmentsQuarantined} segments in quarantine instead of ${quarantined}`);
  if (!ready) faults.push("poison: the server is not ready");
}

/** Frames that the engine refuses: put away, the others stored, the engine unharmed. @param {World} world */
async function poisonRefused(world) {
  const { folder, random, book, faults, figures } = world;
  const damaged = addUnreadableOtlp(folder, book.acknowledged) + addUnreadableRows(folder, book.acknowledged);
  await withServer(folder, async ({ url }) => {
    const load = startLoad(url, random, { prefix: "poison", book });
    await pause(4000);
    await noteLoad(world, "poison segment", load);
    await drained(url);
    await expectPutAway(world, url, damaged, 4);
    const { restarts } = await engineOf(url);
    if (restarts > 0) faults.push(`poison: the engine ended ${restarts} times`);
    const { deadLetters } = await getJson(`${url}/api/v1/ingest/dead-letters`);
    const codes = deadLetters.map(
      (/** @type {{ code: string, count: number }} */ { code, count }) => `${count} ${code}`,
    );
    if (deadLetters.length !== 4) faults.push(`poison: the dead letters are ${codes}`);
    figures["poison: dead letters"] = codes.join(", ");
  });
}

/** A frame that ends the engine each time it is read: put away after a bounded number of deaths. @param {World} world */
async function poisonDeadly(world) {
  const { folder, random, book, faults, figures } = world;
  const { deadly, records } = addDeadlyRows(folder, book);
  const watch = endEngineThatReads(folder, deadly);
  const started = performance.now();
  try {
    await withServer(folder, async ({ url }) => {
      const load = startLoad(url, random, { prefix: "deadly", book });
      const status = () => getJson(`${url}/api/v1/status`);
      await until("it is put away", async () => (await status()).ingest.dropped["sink-refused"] > 0, 90_000);
      const seconds = (performance.now() - started) / 1000;
      await pause(2000);
      await noteLoad(world, "deadly segment", load);
      await drained(url);
      const { ingest, engine, ready } = await status();
      if (!ready) faults.push("deadly segment: the server is not ready");
      if (ingest.dropped["sink-refused"] > records)
        faults.push(`deadly segment: ${ingest.dropped["sink-refused"]} dropped`);
      if (engine.restarts > 8) faults.push(`deadly segment: the engine ended ${engine.restarts} times`);
      figures["deadly segment"] =
        `put away after ${watch.deaths()} deaths and ${seconds.toFixed(1)} s, ${ingest.dropped["sink-refused"]} of ${records} records put away`;
    });
  } finally {
    await watch.stop();
  }
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "engine-crash",
  title:
    "kill -9 and memory limits of the engine under ingest and queries, kill -9 of the server in a slow query, poison segments, killer queries",
  needs: ["prlimit"],
  counts: { full: 12, share: 3 },
  async run({ count, random, folder, say }) {
    /** @type {World} */
    const world = { folder, random, count, book: openBook(), faults: [], figures: {}, say };
    await withServer(folder, async () => undefined);
    await addBulk(folder);
    await withServer(folder, async ({ url }) => {
      for (const step of [killUnderIngest, killerQuestion, memoryRefused, memoryCap]) {
        say(step.name);
        await step(world, url);
      }
      await drained(url);
      const { dropped } = (await getJson(`${url}/api/v1/status`)).ingest;
      if (Object.keys(dropped).length > 0) world.faults.push(`records were dropped: ${JSON.stringify(dropped)}`);
    });
    for (const step of [killServer, poisonRefused, poisonDeadly]) {
      say(step.name);
      await step(world);
    }
    world.faults.push(...judgeStore(folder, world.book, world.figures));
    return { figures: world.figures, faults: world.faults };
  },
};

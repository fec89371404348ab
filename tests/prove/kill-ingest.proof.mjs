// @ts-check
import { judge, startServer } from "@taffrail/experiments";
import { failpointNames } from "@taffrail/server";
import { command, drained, pause, percentile } from "./support/machine.mjs";
import { forms, send } from "./support/senders.mjs";
import { engineDirectory, storedIds } from "./support/stored-ids.mjs";

/**
 * Two senders at once, until the server is gone or they have sent enough.
 * @param {import("@taffrail/experiments").ServerProcess} server @param {import("@taffrail/contracts").Random} random
 * @param {string} prefix @param {{ acknowledged: Set<string>, unknown: Set<string>, refused: number }} book
 */
async function ingest(server, random, prefix, book) {
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  const sender = async (/** @type {number} */ number) => {
    for (let batch = 0; batch < 25 && !gone; batch += 1) {
      const ids = Array.from({ length: random.integer(1, 120) }, (_, index) => `${prefix}-${number}-${batch}-${index}`);
      const outcome = await send(server.url ?? "", random.pick(forms), ids);
      if (outcome === "refused") book.refused += ids.length;
      else for (const id of ids) book[outcome].add(id);
    }
  };
  await Promise.all([sender(0), sender(1)]);
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "kill-ingest",
  title: "kill -9 of the server at seeded failpoints under ingest: each acknowledged record is stored exactly once",
  needs: [],
  counts: { full: 200, share: 8 },
  async run({ count, random, folder, say }) {
    const book = { acknowledged: new Set(), unknown: new Set(), refused: 0 };
    /** @type {number[]} */
    const startMs = [];
    /** @type {Map<string, number>} */
    const fired = new Map();
    for (let round = 0; round < count; round += 1) {
      const point = random.pick(failpointNames);
      const server = await startServer({
        command,
        dataDir: folder,
        failpoints: `${point}:kill@${random.integer(1, 9)}`,
      });
      if (server.url) {
        startMs.push(server.startMs);
        // A point that is not reached by then is replaced by a kill at a random moment.
        const timer = setTimeout(() => server.kill(), random.integer(300, 2500));
        await ingest(server, random, String(round), book);
        await pause(random.integer(0, 400));
        clearTimeout(timer);
      }
      server.kill();
      await server.exited;
      fired.set(point, (fired.get(point) ?? 0) + 1);
      if ((round + 1) % 25 === 0) say(`${round + 1} kills, ${book.acknowledged.size} records acknowledged`);
    }
    const last = await startServer({ command, dataDir: folder });
    if (!last.url)
      return { figures: {}, faults: [`the server does not start any more: ${last.stderr().slice(-2000)}`] };
    await drained(last.url);
    await last.stop();
    const faults = [];
    const figures = /** @type {Record<string, string | number>} */ ({
      kills: count,
      "failpoints used": `${fired.size} of ${failpointNames.length}`,
      "acknowledged records": book.acknowledged.size,
      "records without an answer": book.unknown.size,
      "refused records": book.refused,
      "start to ready, ms": `p50 ${percentile(startMs, 0.5).toFixed(0)}, max ${Math.max(...startMs).toFixed(0)}`,
    });
    const tables = storedIds(engineDirectory(folder));
    if (tables.size === 0) faults.push("no table holds any record");
    for (const [table, ids] of tables) {
      const result = judge(book, ids);
      figures[`stored in ${table}`] = result.stored;
      if (!result.ok) {
        faults.push(
          `${table}: ${result.missing.length} missing, ${result.duplicated.length} stored twice, ${result.foreign.length} foreign`,
        );
        faults.push(
          `for example ${[...result.missing, ...result.duplicated, ...result.foreign].slice(0, 5).join(" ")}`,
        );
      }
    }
    return { figures, faults };
  },
};

// @ts-check
// A thread of its own, so that nothing else delays it: ends the engine whenever it has a segment open that holds the deadly frame, as a fault in the
// engine's reader would. Tells of each death; ends at the first message it gets.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { parseSegmentName } from "./server-parts.mjs";

const { dataDir, deadly } = /** @type {{ dataDir: string, deadly: { from: bigint, to: bigint } }} */ (workerData);

function enginePid() {
  try {
    return Number(JSON.parse(readFileSync(join(dataDir, "engine.pid"), "utf8")).pid);
  } catch {
    return 0;
  }
}

/** @param {number} pid */
function readsDeadly(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => {
      const name = parseSegmentName(basename(readlinkSync(`/proc/${pid}/fd/${descriptor}`)));
      return name?.seqTo !== undefined && name.seqFrom <= deadly.from && name.seqTo >= deadly.to;
    });
  } catch {
    // The process or the descriptor is gone.
    return false;
  }
}

let last = 0;
const timer = setInterval(() => {
  const pid = enginePid();
  if (pid === 0 || pid === last || !readsDeadly(pid)) return;
  process.kill(pid, "SIGKILL");
  last = pid;
  parentPort?.postMessage("death");
}, 1);
parentPort?.once("message", () => {
  clearInterval(timer);
  parentPort?.unref();
});

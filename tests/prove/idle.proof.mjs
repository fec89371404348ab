// @ts-check
import { startServer } from "@taffrail/experiments";
import { command, cpuSeconds, getJson, pause, processTree, pssMegabytes } from "./support/machine.mjs";

const goals = { pssMegabytes: 400, cpuPercent: 2, recordsPerSecond: 1 };

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "idle",
  title: "an idle server: memory and processor of server and engine together, start time, records about itself",
  needs: ["ps"],
  counts: { full: 60, share: 15 },
  async run({ count, folder, share }) {
    const first = await startServer({ command, dataDir: folder });
    await first.stop();
    const server = await startServer({ command, dataDir: folder });
    if (!server.url) return { figures: {}, faults: [server.stderr().slice(-1000)] };
    await pause(share ? 5000 : 20_000);
    const tree = processTree(server.pid);
    const cpu = () => tree.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    const rows = async () => (await getJson(`${server.url}/api/v1/status`)).self.accepted;
    const before = { cpu: cpu(), rows: await rows(), at: performance.now() };
    await pause(count * 1000);
    const seconds = (performance.now() - before.at) / 1000;
    const cpuPercent = ((cpu() - before.cpu) / seconds) * 100;
    const perSecond = ((await rows()) - before.rows) / seconds;
    const pss = tree.map((pid) => pssMegabytes(pid));
    const total = pss.reduce((sum, value) => sum + value, 0);
    await server.stop();
    const figures = {
      "first start to ready, ms": first.startMs.toFixed(0),
      "later start to ready, ms": server.startMs.toFixed(0),
      "PSS, MB": `${total.toFixed(0)} (${pss.map((value) => value.toFixed(0)).join(" + ")}), goal ${goals.pssMegabytes}`,
      "CPU, % of a core": `${cpuPercent.toFixed(2)}, goal ${goals.cpuPercent}`,
      "own records per second": perSecond.toFixed(2),
    };
    // CI machines are shared, so only the count, which does not depend on speed, can fail the share.
    const faults =
      perSecond > goals.recordsPerSecond ? [`writes ${perSecond.toFixed(2)} records a second about itself`] : [];
    if (!share && total > goals.pssMegabytes) faults.push(`PSS ${total.toFixed(0)} MB exceeds ${goals.pssMegabytes}`);
    if (!share && cpuPercent > goals.cpuPercent)
      faults.push(`CPU ${cpuPercent.toFixed(2)} % exceeds ${goals.cpuPercent}`);
    return { figures, faults };
  },
};

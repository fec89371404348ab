// @ts-check
import { createClient } from "@taffrail/client";
import { startServer } from "@taffrail/experiments";
import { createLogger, httpSink } from "taffrail";
import { command, pause, percentile, until } from "./support/machine.mjs";

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "tail-latency",
  title: "from log.info() in a program to the record in a live tail",
  needs: [],
  counts: { full: 1000, share: 40 },
  async run({ count, folder, random, share }) {
    const server = await startServer({ command, dataDir: folder });
    if (!server.url) return { figures: {}, faults: [server.stderr().slice(-1000)] };
    const stop = new AbortController();
    /** @type {Map<string, number>} */
    const sentAt = new Map();
    /** @type {number[]} */
    const latencies = [];
    let greeted = false;
    const watching = (async () => {
      for await (const event of createClient({ baseUrl: server.url ?? "" }).tailLogs(
        { query: "service:latency" },
        { signal: stop.signal },
      )) {
        greeted = true;
        if (event.type !== "records") continue;
        for (const record of event.records) {
          const at = sentAt.get(String(record.attributes.probe));
          if (at !== undefined) latencies.push(performance.now() - at);
        }
      }
    })().catch(() => {});
    await until("the tail is open", async () => greeted);
    const log = createLogger({ service: "latency", sinks: [httpSink({ url: server.url })] });
    for (let index = 0; index < count; index += 1) {
      sentAt.set(`p${index}`, performance.now());
      log.info("probe", { probe: `p${index}` });
      await pause(random.integer(1, 60));
    }
    const ledger = await log.close();
    await until("all probes are seen", async () => latencies.length >= count, 20_000).catch(() => {});
    stop.abort();
    await watching;
    await server.stop();
    const faults =
      latencies.length === count ? [] : [`${latencies.length} of ${count} seen; ledger ${JSON.stringify(ledger)}`];
    const p99 = percentile(latencies, 0.99);
    if (!share && p99 > 1000) faults.push(`p99 ${p99.toFixed(0)} ms exceeds 1000`);
    return {
      figures: {
        probes: count,
        "p50, ms": percentile(latencies, 0.5).toFixed(0),
        "p99, ms": p99.toFixed(0),
        "max, ms": Math.max(...latencies).toFixed(0),
      },
      faults,
    };
  },
};

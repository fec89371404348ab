// @ts-check
import { startServer } from "@taffrail/experiments";
import winston from "winston";
import { command, getJson, until } from "./support/machine.mjs";

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "third-party",
  title: "a sender that nobody here wrote, winston's own HTTP transport, is accepted without a special case",
  needs: [],
  counts: { full: 200, share: 20 },
  async run({ count, folder }) {
    const server = await startServer({ command, dataDir: folder });
    if (!server.url) return { figures: {}, faults: [server.stderr().slice(-1000)] };
    const { hostname: host, port } = new URL(server.url);
    const transport = new winston.transports.Http({
      host,
      port: Number(port),
      path: "/api/v1/ingest/lines?service=winston-app",
    });
    const logger = winston.createLogger({ level: "debug", transports: [transport] });
    for (let index = 0; index < count; index += 1)
      logger.log(index % 10 === 0 ? "error" : "info", `winston says ${index}`, { user: { id: index } });
    const question = new URLSearchParams({ query: 'service:winston-app "winston says"', since: "10m" });
    const ask = (/** @type {string} */ more) => getJson(`${server.url}/api/v1/logs/count?${question}${more}`);
    await until("all records are found", async () => (await ask("")).count === count);
    const errors = (
      await getJson(
        `${server.url}/api/v1/logs/count?${new URLSearchParams({ query: "service:winston-app level:error", since: "10m" })}`,
      )
    ).count;
    const one = (
      await getJson(
        `${server.url}/api/v1/logs/search?${new URLSearchParams({ query: "service:winston-app user.id:7", since: "10m" })}`,
      )
    ).records;
    await server.stop();
    const faults = errors === Math.ceil(count / 10) ? [] : [`${errors} errors found, ${Math.ceil(count / 10)} sent`];
    if (one.length !== 1 || one[0].body !== "winston says 7") faults.push(`user.id:7 found ${JSON.stringify(one)}`);
    return { figures: { "records found": count, "errors found": errors }, faults };
  },
};

import { parseArgs } from "node:util";
import { startShop } from "./shop.ts";
import { runTraffic } from "./traffic.ts";

const usage = "npm run shop -w @taffrail/example-shop -- [--requests 500] [--rate 20] [--port 0] [--quiet]";
const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "500" },
    rate: { type: "string", default: "20" },
    port: { type: "string", default: "0" },
    quiet: { type: "boolean", default: false },
  },
});
const [requests, perSecond, port] = [values.requests, values.rate, values.port].map(Number);
if (!(requests! >= 0 && requests! <= 100_000 && perSecond! > 0 && perSecond! <= 500 && port! >= 0)) {
  console.error(`usage: ${usage}\n(at most 100000 requests, at most 500 a second)`);
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

const taffrail = process.env.TAFFRAIL_URL || "http://127.0.0.1:4318";
const shop = await startShop({ taffrail, console: !values.quiet, port: port!, random: Math.random });
console.error(`shop: storefront at ${shop.url}, logging to ${taffrail}; ${requests} requests at ${perSecond} a second`);
const statuses = await runTraffic({
  url: shop.url,
  requests: requests!,
  perSecond: perSecond!,
  random: Math.random,
  signal: stop.signal,
});
console.error("shop: answers by status", statuses);
console.error("shop: ledgers", await shop.close());

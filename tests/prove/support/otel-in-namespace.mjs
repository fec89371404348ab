// @ts-check
// Runs inside a network namespace of its own: the server on its default port, the stock OpenTelemetry program without an endpoint, the page in Chromium.
// Prints one JSON object: what was found, and how long it took.
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { startServer } from "@taffrail/experiments";
import { chromium } from "playwright-core";
import { command, getJson, root, until } from "./machine.mjs";

const [folder = "", orders = "5", browserPath = ""] = process.argv.slice(2);
execFileSync("ip", ["link", "set", "lo", "up"]);
const server = await startServer({ command, dataDir: folder, listen: "localhost:4318" });
if (!server.url) throw new Error(`the server did not start: ${server.stderr().slice(-1000)}`);
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const browser = await chromium.launch({ executablePath: browserPath, args: flags });
const page = await browser.newPage();
await page.goto("http://127.0.0.1:4318/?query=service%3Aotel-example&since=15m");
await page.waitForLoadState("networkidle");

const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...env } = process.env;
const program = spawn(process.execPath, [join(root, "examples/otel/dist/main.js"), orders], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
let said = "";
program.stdout.setEncoding("utf8").on("data", (text) => {
  said += text;
});
const ended = await new Promise((resolve) => program.once("exit", resolve));
const sentAt = performance.now();
const sent = said
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

const question = new URLSearchParams({ query: "service:otel-example", since: "15m" });
await until(
  "the records are found",
  async () => (await getJson(`http://127.0.0.1:4318/api/v1/logs/count?${question}`)).count >= sent.length,
  20_000,
);
const foundMs = performance.now() - sentAt;
// The page as its user has it open: the search is run again with Enter in the query bar.
const shown = page.getByText(`order ${sent[0].orderId} placed`).first();
await page.keyboard.press("/");
for (let turn = 0; turn < 40 && !(await shown.isVisible()); turn += 1) {
  await page.keyboard.press("Enter");
  await page.waitForTimeout(150);
}
const pageMs = performance.now() - sentAt;
const visible = await shown.isVisible();
const nested = new URLSearchParams({
  query: `customer.address.city:Hamburg order.id:${sent[0].orderId}`,
  since: "15m",
});
const { records } = await getJson(`http://127.0.0.1:4318/api/v1/logs/search?${nested}`);
await browser.close();
await server.stop();
console.log(JSON.stringify({ ended, sent, foundMs, pageMs, visible, record: records[0] }));

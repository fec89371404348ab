// @ts-check
/**
 * Logs 20 lines a ms for some seconds to a standard output that is read slowly, and sends what it saw to its parent:
 * node slow-sink-child.mjs POLICY BUFFER_BYTES SECONDS. POLICY none: the same work without logging. One line of 100 is an error.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { consoleSink, createLogger } from "taffrail";

const [policy = "none", bufferText, secondsText] = process.argv.slice(2);
const perTurn = 20;
/** The first turns are those of a program that is just being compiled. */
const warmUpMs = 500;
const log =
  policy === "none"
    ? undefined
    : createLogger({
        service: "slow-sink-child",
        sinks: [consoleSink({ format: "json" })],
        bufferBytes: Number(bufferText),
        overflow: /** @type {"drop-new" | "drop-old"} */ (policy),
        onProblem: () => {},
      });
const delay = monitorEventLoopDelay({ resolution: 1 });
const until = performance.now() + Number(secondsText) * 1000;
let sequence = 0;
let errors = 0;
let longestCalls = 0;
let longestWork = 0;
let maxRss = 0;

function turn() {
  const started = performance.now();
  const worked = process.cpuUsage();
  for (let index = 0; index < perTurn; index++) {
    sequence += 1;
    const fields = { sequence, total: 12.5, currency: "EUR", customer: "c-1042", path: "/api/v1/orders" };
    if (sequence % 100 === 0) {
      errors += 1;
      log?.error("payment failed", fields);
    } else log?.info("order placed", fields);
  }
  const ended = performance.now();
  if (ended - began < warmUpMs) return;
  longestCalls = Math.max(longestCalls, ended - started);
  const { user, system } = process.cpuUsage(worked);
  longestWork = Math.max(longestWork, (user + system) / 1000);
  if (sequence % 1000 === 0) maxRss = Math.max(maxRss, process.memoryUsage.rss());
}

const began = performance.now();
delay.enable();
const timer = setInterval(() => {
  // As many turns as are due, so that the rate holds on a slow machine too.
  const due = Math.floor(performance.now() - began) - sequence / perTurn;
  for (let index = 0; index < Math.min(due, 50); index++) turn();
  if (performance.now() < until) return;
  clearInterval(timer);
  delay.disable();
  void finish();
}, 1);

async function finish() {
  const pressure = log?.stats().pressure.fill ?? 0;
  const ledger = await log?.close({ deadlineMs: 60_000 });
  const longestDelay = delay.max / 1e6;
  process.send?.({ logged: sequence, errors, longestCalls, longestWork, longestDelay, maxRss, pressure, ledger }, () => process.disconnect());
}

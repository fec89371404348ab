import type { Status } from "@taffrail/client";
import { TaffrailError } from "@taffrail/contracts";
import { type CommandContext, defineCommand, type Typed } from "../command.ts";
import { startDeadline } from "../deadline.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Paint } from "../output/paint.ts";
import { printable } from "../output/printable.ts";

const answerMs = 10_000;
const bytesUnits = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes for people. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < bytesUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${bytesUnits[unit]}`;
}

/** Seconds for people: the two largest units. */
export function uptimeText(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

function reasonsText(dropped: Readonly<Record<string, number>>): string {
  const entries = Object.entries(dropped).filter(([, count]) => count > 0);
  return entries.length === 0 ? "0" : entries.map(([reason, count]) => `${count} ${reason}`).join(", ");
}

function rowsOf(status: Status): (readonly [string, string])[] {
  const { ingest, journal, engine, storage } = status;
  const restarts = engine.restarts === 0 ? "" : `, restarted ${engine.restarts} times (${engine.reason})`;
  const span = storage.oldest && storage.newest ? `, ${storage.oldest} to ${storage.newest}` : "";
  const waiting = `${bytesText(journal.bytes)} of ${bytesText(journal.bytesLimit)}, oldest waits ${journal.oldestPendingMs} ms`;
  const quarantined = journal.segmentsQuarantined === 0 ? "" : `, ${journal.segmentsQuarantined} in quarantine`;
  return [
    ["version", `${status.version}, up ${uptimeText(status.uptimeSeconds)}`],
    ["data", status.dataDir],
    [
      "ingest",
      `${ingest.accepted} accepted = ${ingest.delivered} stored + ${ingest.filtered} filtered + ${ingest.pending} pending; dropped ${reasonsText(ingest.dropped)}; ${ingest.rejected} rejected before`,
    ],
    ["journal", `${waiting}${quarantined}`],
    ["engine", `${engine.state} (${engine.version})${restarts}`],
    ["storage", `${storage.rows} records in ${bytesText(storage.bytes)}${span}`],
  ];
}

/**
 * A server's status for people, ending in "\n".
 *
 * @example await out.write(statusText(await client.getStatus(), url, paint));
 */
function statusText(status: Status, url: string, paint: Paint): string {
  const verdict = status.ready ? paint.green("ready") : paint.red("not ready");
  const rows = [
    ...rowsOf(status),
    ...status.components.map(
      ({ name, status: state, detail }) => [name, detail === "" ? state : `${state}: ${detail}`] as const,
    ),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `  ${paint.dim(name.padEnd(width))}  ${printable(text)}`);
  return `${[`Taffrail at ${url} is ${verdict}`, ...lines].join("\n")}\n`;
}

async function run(_plan: null, context: CommandContext): Promise<ExitCode> {
  const deadline = startDeadline(context.server, answerMs, context.out.closed);
  const client = context.clientFor(context.server);
  const status = await client.getStatus({}, { signal: deadline.signal }).finally(() => deadline.clear());
  await context.out.write(
    context.json ? `${JSON.stringify(status)}\n` : statusText(status, context.server, context.paint),
  );
  return status.ready ? exitCodes.ok : exitCodes.no;
}

function plan(typed: Typed): null {
  if (typed.operands.length > 0) throw new TaffrailError("usage", { reason: "status takes no arguments" });
  return null;
}

/** `taffrail status`: how the server is. */
export const statusCommand = defineCommand({
  name: "status",
  summary: "Show how the server is; exit code 1 when it is not ready.",
  arguments: [],
  options: [],
  examples: [
    { line: "status", does: "the server on this machine" },
    { line: "status --json --server http://127.0.0.1:5318", does: "another one, for a program" },
  ],
  asksServer: true,
  plan,
  run,
});

import type { Readable } from "node:stream";
import { TaffrailError } from "@taffrail/contracts";
import { Argument, Option } from "commander";
import { type CommandContext, defineCommand, type Typed } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { writeNotice } from "../output/notice.ts";
import { type ShipFormat, shipFormats } from "../ship/encode-record.ts";
import { usualStateDir } from "../ship/place-store.ts";
import { type ShipOutcome, type ShipPlan, ship } from "../ship/ship.ts";
import type { ShipLedger } from "../ship/ship-ledger.ts";
import { durationOption, flagOption, textOption } from "../typed.ts";

/** A plan whose directory of places may still be the usual one, which the environment decides. */
export type TypedShipPlan = Omit<ShipPlan, "stateDir" | "gzip"> & {
  readonly stateDir: string | undefined;
  readonly gzip: boolean | undefined;
};

const oncePatienceMs = 60_000;

const usage = (reason: string): TaffrailError => new TaffrailError("usage", { reason });

const formatOf = (typed: Typed): ShipFormat =>
  shipFormats.find((format) => format === textOption(typed, "format")) ?? "auto";

function gzipOf(typed: Typed): boolean | undefined {
  const text = textOption(typed, "gzip") ?? "auto";
  return text === "auto" ? undefined : text === "on";
}

/**
 * Judges what was typed; throws `usage`.
 *
 * @example planShip({ operands: ["*.log"], options: { once: true } }).follow // false
 */
export function planShip(typed: Typed): TypedShipPlan {
  const { operands } = typed;
  const isStream = operands.includes("-");
  if (isStream && operands.length > 1) throw usage("- (standard input) stands alone");
  if (operands.includes("")) throw usage("a file name is empty");
  const fromStart = flagOption(typed, "fromStart");
  const fromEnd = flagOption(typed, "fromEnd");
  if (fromStart && fromEnd) throw usage("--from-start cannot be used with --from-end");
  const follow = !isStream && !flagOption(typed, "once");
  return {
    patterns: isStream ? [] : operands,
    follow,
    fromStart,
    fromEnd,
    service: textOption(typed, "service"),
    format: formatOf(typed),
    join: typed.options.join !== false,
    gzip: gzipOf(typed),
    patienceMs: durationOption(typed, "wait") ?? (follow ? Number.POSITIVE_INFINITY : oncePatienceMs),
    stateDir: textOption(typed, "state"),
  };
}

/** Compressing pays over a network, not over loopback. */
const isRemote = (server: string): boolean => !["127.0.0.1", "[::1]", "localhost"].includes(new URL(server).hostname);

const numberText = (value: number): string => value.toLocaleString("en-US");

function rateOf(outcome: ShipOutcome): number {
  return Math.round(outcome.ledger.lines / Math.max(outcome.seconds, 0.001));
}

function outcomeText(outcome: ShipOutcome): string {
  const { ledger, files, seconds } = outcome;
  const from = files === 0 ? "" : ` from ${numberText(files)} ${files === 1 ? "file" : "files"}`;
  const kept = files === 0 ? "" : " (the place is kept: the next run reads them again)";
  const pending = ledger.pending === 0 ? "" : `, ${numberText(ledger.pending)} not acknowledged${kept}`;
  const joined = ledger.joined === 0 ? "" : ` (${numberText(ledger.joined)} lines joined to the one before)`;
  return [
    `Read ${numberText(ledger.lines)} lines${from}: ${numberText(ledger.read)} records${joined}.`,
    `${numberText(ledger.shipped)} shipped, ${numberText(ledger.rejected)} rejected, ${numberText(ledger.skipped)} skipped${pending}, in ${seconds.toFixed(1)} s (${numberText(rateOf(outcome))} lines/s).`,
    "",
  ].join("\n");
}

function outcomeJson(outcome: ShipOutcome): string {
  const { ledger, files, faults, seconds } = outcome;
  const { read, shipped, rejected, skipped, ...rest } = ledger;
  const counts = { read, shipped, rejected, skipped, ...rest, files, faults };
  return `${JSON.stringify({ ...counts, seconds: Number(seconds.toFixed(3)), linesPerSecond: rateOf(outcome) })}\n`;
}

/** One line on the terminal that is written over; nothing where nobody looks. */
function progressOn(context: CommandContext): (ledger: ShipLedger) => void {
  if (!context.err.isTerminal || context.json) return () => {};
  return ({ shipped, pending }) =>
    void context.err.write(`\r\u001b[K${numberText(shipped)} records shipped, ${numberText(pending)} under way`);
}

async function run(typed: TypedShipPlan, context: CommandContext): Promise<ExitCode> {
  const { server, env, clock, ids, err, out, json } = context;
  const plan: ShipPlan = {
    ...typed,
    stateDir: typed.stateDir ?? usualStateDir(env),
    gzip: typed.gzip ?? isRemote(server),
  };
  const outcome = await ship(plan, {
    client: context.clientFor(server),
    server,
    stdin: context.stdin as Readable,
    cwd: process.cwd(),
    clock,
    ids,
    finish: context.finishOnSignal(),
    notice: (notice) => void writeNotice(context, notice),
    progress: progressOn(context),
  });
  if (err.isTerminal && !json) await err.write("\r\u001b[K");
  await out.write(json ? outcomeJson(outcome) : outcomeText(outcome));
  const { rejected, skippedTooLong, skippedForeign, pending } = outcome.ledger;
  return rejected + skippedTooLong + skippedForeign + pending + outcome.faults === 0 ? exitCodes.ok : exitCodes.no;
}

/** `taffrail ship`: files and pipes into the server. */
export const shipCommand = defineCommand({
  name: "ship",
  summary: "Send the lines of files or of standard input to the server, and go on as they grow.",
  description: [
    "Send the lines of files or of standard input to the server, and go on as they grow.",
    "The server recognises JSON lines of the usual loggers, logfmt, web-server logs, Docker's and CRI's files and plain text line by line. Stack traces of Node.js, Java and Python become one record each.",
    "The place in each file is remembered when the server has acknowledged it, and is found again after a rotation (by rename, by copytruncate, compressed or not) and after a restart. When this command or the answer of the server is lost, the records that were under way may be stored twice; none is lost.",
    "Exit code 1: a record was rejected, too long or not acknowledged, a file could not be read whole, or with --once a name matched no file.",
  ].join("\n\n"),
  arguments: [
    new Argument(
      "<file...>",
      "files or patterns in quotes (*, ?, [a-z], {a,b}, **), gzip files too; - for standard input",
    ),
  ],
  options: [
    new Option("--once", "end when everything is read, instead of following"),
    new Option("--service <name>", "service of records that name none (default: the file's name)"),
    new Option("--format <format>", "take every line as this format and skip what is not; auto recognises each line")
      .choices(shipFormats)
      .default("auto"),
    new Option("--from-start", "read files again from their start, whatever was shipped before"),
    new Option("--from-end", "begin files that are not known yet at their end"),
    new Option("--no-join", "make each line a record; stack traces are not joined"),
    new Option(
      "--wait <duration>",
      "give up when the server takes nothing for this long (default: 1m with --once, else never)",
    ),
    new Option("--gzip <when>", "compress on the way; auto = when the server is on another machine")
      .choices(["auto", "on", "off"])
      .default("auto"),
    new Option("--state <dir>", "where places are remembered (default: $XDG_STATE_HOME/taffrail/ship)"),
  ],
  examples: [
    { line: "ship '/var/log/nginx/*.log' --service nginx", does: "follow files, also those that come later" },
    {
      line: "ship --once 'app.log*' --json",
      does: "everything there is, rotated and compressed files too; then the counts",
    },
    {
      line: "ship - --service worker < worker.log",
      does: "standard input; `node worker.js | taffrail ship -` works too",
    },
  ],
  asksServer: true,
  plan: planShip,
  run,
});

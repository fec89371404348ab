import { type DoctorSubject, doctorChecks, reportText, runChecks } from "@taffrail/checks";
import type { Client } from "@taffrail/client";
import { TaffrailError } from "@taffrail/contracts";
import { Option } from "commander";
import { type CommandContext, defineCommand, type Typed } from "../command.ts";
import { startDeadline } from "../deadline.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { flagOption, textOption } from "../typed.ts";

/** What the doctor will look at. */
export interface DoctorPlan {
  readonly deep: boolean;
  readonly dataDir: string | undefined;
}

/**
 * Judges what was typed; throws `usage`.
 *
 * @example planDoctor({ operands: [], options: { deep: true } }).deep // true
 */
export function planDoctor(typed: Typed): DoctorPlan {
  if (typed.operands.length > 0) throw new TaffrailError("usage", { reason: "doctor takes no arguments" });
  return { deep: flagOption(typed, "deep"), dataDir: textOption(typed, "data") };
}

/** How long the server may take to say how it is. Most checks build on that answer. */
const statusMs = 5_000;

/** The server's own clock comes first in a tail. */
async function serverTime(client: Client, signal: AbortSignal): Promise<number> {
  for await (const event of client.tailLogs({ query: "" }, { signal })) {
    if (event.type === "hello") return Date.parse(event.serverTime);
    if (event.type === "lost") throw new Error(event.error.message);
  }
  throw new Error("the server closed the stream without telling its time");
}

function subjectOf(plan: DoctorPlan, context: CommandContext, soon: AbortSignal): DoctorSubject {
  const client = context.clientFor(context.server);
  let status: ReturnType<Client["getStatus"]> | undefined;
  return {
    url: context.server,
    version: context.version,
    nodeVersion: process.version,
    ...(plan.dataDir === undefined ? {} : { dataDir: plan.dataDir }),
    deep: plan.deep,
    clock: context.clock,
    ids: context.ids,
    status() {
      status ??= client.getStatus({}, { signal: soon });
      return status;
    },
    statusAt: (url, signal) => context.clientFor(url).getStatus({}, { signal }),
    serverTime: (signal) => serverTime(client, signal),
    deadLetters: (signal) => client.listDeadLetters({ limit: 1000 }, { signal }),
    async ingestLine(line, signal) {
      await client.ingestLines({ body: `${line}\n`, source: "doctor" }, { signal });
    },
    async countMatches(query, signal) {
      return (await client.countLogs({ query, since: "15m" }, { signal })).count;
    },
  };
}

async function run(plan: DoctorPlan, context: CommandContext): Promise<ExitCode> {
  const { out, json, clock, paint } = context;
  const deadline = startDeadline(context.server, statusMs, out.closed);
  const subject = subjectOf(plan, context, deadline.signal);
  const report = await runChecks(doctorChecks, subject, { clock, signal: out.closed });
  deadline.clear();
  const colours = { good: paint.green, bad: paint.red, quiet: paint.dim };
  await out.write(json ? `${JSON.stringify(report)}\n` : reportText(report, colours));
  return report.verdict === "pass" ? exitCodes.ok : exitCodes.no;
}

/** `taffrail doctor`: what is wrong here, and what to do. */
export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Check this machine and the server, with a remedy for each fault; exit code 1 when a check fails.",
  arguments: [],
  options: [
    new Option("--deep", "also write a marked record and find it by a search"),
    new Option("--data <dir>", "data directory to examine (default: the one the server names)"),
  ],
  examples: [
    { line: "doctor", does: "all checks that change nothing" },
    { line: "doctor --deep --json", does: "the whole path too, with the evidence as JSON" },
  ],
  asksServer: true,
  plan: planDoctor,
  run,
});

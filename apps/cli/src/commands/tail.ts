import type { Client, ErrorBody } from "@taffrail/client";
import { catalogue, type ErrorCode, TaffrailError } from "@taffrail/contracts";
import { Argument, Option } from "commander";
import { type CommandContext, defineCommand, type Typed } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { writeNotice } from "../output/notice.ts";
import { formatRecord } from "../output/record-text.ts";
import { durationOption, listOption } from "../typed.ts";

/** What a tail will do. */
export interface TailPlan {
  readonly query: string;
  /** When it ends by itself; undefined = with a signal. */
  readonly forMs: number | undefined;
  readonly fields: readonly string[] | undefined;
}

type TailedEvent = ReturnType<Client["tailLogs"]> extends AsyncIterable<infer Event> ? Event : never;

/**
 * Judges what was typed; throws `usage`.
 *
 * @example planTail({ operands: ["level:error"], options: { for: "10s" } }).forMs // 10000
 */
export function planTail(typed: Typed): TailPlan {
  if (typed.operands.length > 1)
    throw new TaffrailError("usage", { reason: "tail takes one query; put it in single quotes" });
  return {
    query: typed.operands[0] ?? "",
    forMs: durationOption(typed, "for"),
    fields: listOption(typed, "fields"),
  };
}

/** The client does not know the URL of a stream that broke, and a newer server may know codes that this tool does not. */
function firstFailure(error: ErrorBody, url: string): TaffrailError {
  const { code, message, details } = error;
  if (Object.hasOwn(catalogue, code)) return new TaffrailError(code as ErrorCode, { ...details, url });
  return new TaffrailError("unexpected_answer", { status: 0, code, reason: message });
}

/** Shows one event. Throws when the very first connection fails: then nobody is there to wait for. */
async function show(event: TailedEvent, plan: TailPlan, context: CommandContext, connections: number): Promise<void> {
  const { out, json, paint } = context;
  if (event.type === "hello") {
    if (connections > 1) await writeNotice(context, { code: "connected", message: "connected again" });
  } else if (event.type === "records") {
    for (const record of event.records) await out.write(formatRecord(record, { json, fields: plan.fields, paint }));
    if (event.shown < event.matched)
      await writeNotice(context, {
        code: "sampled",
        message: `showing ${event.shown} of ${event.matched} matching records; a search finds the rest`,
      });
  } else if (event.type === "problem") {
    await writeNotice(context, { code: event.error.code, message: event.error.message });
  } else {
    const { message } = event.error;
    if (connections === 0) throw firstFailure(event.error, context.server);
    const seconds = event.retryMs / 1000;
    await writeNotice(context, {
      code: "connection_lost",
      message: `${message} Trying again in ${seconds} s; a search finds what comes meanwhile`,
    });
  }
}

async function run(plan: TailPlan, context: CommandContext): Promise<ExitCode> {
  const ends = [context.finishOnSignal(), context.out.closed];
  const timer = new AbortController();
  const timeout = plan.forMs === undefined ? undefined : setTimeout(() => timer.abort(), plan.forMs);
  const signal = AbortSignal.any([...ends, timer.signal]);
  let connections = 0;
  try {
    for await (const event of context.clientFor(context.server).tailLogs({ query: plan.query }, { signal })) {
      if (event.type === "hello") connections += 1;
      await show(event, plan, context, connections);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearTimeout(timeout);
  }
  return exitCodes.ok;
}

/** `taffrail tail`: records as they come. */
export const tailCommand = defineCommand({
  name: "tail",
  summary: "Follow records as they come in, until Ctrl-C.",
  arguments: [new Argument("[query]", "what to show; without it, all records")],
  options: [
    new Option("--for <duration>", "end after this long, like 10s"),
    new Option("--fields <names>", "print only these fields, comma-separated, like time,level,user.id"),
  ],
  examples: [
    { line: "tail 'service:checkout level:>=warn'", does: "watch one service" },
    { line: "tail --for 10s --json", does: "everything of the next ten seconds, one JSON record a line" },
  ],
  asksServer: true,
  plan: planTail,
  run,
});

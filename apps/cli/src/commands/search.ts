import type { Client, Notice, SearchLogsParams, SearchResult, TimeRange } from "@taffrail/client";
import { limits, TaffrailError } from "@taffrail/contracts";
import { Argument, Option } from "commander";
import { type CommandContext, defineCommand, type Typed } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { writeNotice } from "../output/notice.ts";
import { formatRecord } from "../output/record-text.ts";
import { countOption, flagOption, listOption, textOption } from "../typed.ts";

/** What a search will do. */
export interface SearchPlan {
  readonly query: string;
  readonly range: Pick<SearchLogsParams, "since" | "from" | "to">;
  readonly order: "newest" | "oldest";
  /** Records to print at most; Infinity = all. */
  readonly limit: number;
  readonly fields: readonly string[] | undefined;
}

const usualSince = "1h";
const usualLimit = 100;

function rangeOf(typed: Typed): SearchPlan["range"] {
  const since = textOption(typed, "since");
  const from = textOption(typed, "from");
  const to = textOption(typed, "to");
  if (since !== undefined && (from !== undefined || to !== undefined))
    throw new TaffrailError("usage", { reason: "--since cannot be used with --from or --to" });
  if (to !== undefined && from === undefined) throw new TaffrailError("usage", { reason: "--to needs --from" });
  if (from === undefined) return { since: since ?? usualSince };
  return { from, to: to ?? "" };
}

/**
 * Judges what was typed; throws `usage`.
 *
 * @example planSearch({ operands: ["level:error"], options: { since: "1h" } }).limit // 100
 */
export function planSearch(typed: Typed): SearchPlan {
  if (typed.operands.length > 1)
    throw new TaffrailError("usage", { reason: "search takes one query; put it in single quotes" });
  const all = flagOption(typed, "all");
  const limit = countOption(typed, "limit", { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (all && limit !== undefined) throw new TaffrailError("usage", { reason: "--all cannot be used with --limit" });
  const order = textOption(typed, "order") === "oldest" ? "oldest" : "newest";
  return {
    query: typed.operands[0] ?? "",
    range: rangeOf(typed),
    order,
    limit: all || limit === 0 ? Number.POSITIVE_INFINITY : (limit ?? usualLimit),
    fields: listOption(typed, "fields"),
  };
}

/** Pages through a search; the range of the first answer holds for all pages, so that "the last hour" does not move under the reader. */
async function* pagesOf(
  client: Client,
  plan: SearchPlan,
  now: number,
  signal: AbortSignal,
): AsyncGenerator<SearchResult> {
  const { query, order } = plan;
  let left = plan.limit;
  let range = plan.range.to === "" ? { ...plan.range, to: new Date(now).toISOString() } : plan.range;
  let cursor: string | undefined;
  do {
    const limit = Math.min(left, limits.searchPage.value);
    const page: SearchResult = await client.searchLogs({ query, order, limit, cursor, ...range }, { signal });
    yield page;
    left -= page.records.length;
    const { from, to }: TimeRange = page.range;
    range = { from, to };
    cursor = page.nextCursor;
  } while (cursor !== undefined && left > 0);
}

async function writeNotices(context: CommandContext, notices: readonly Notice[]): Promise<void> {
  for (const notice of notices) await writeNotice(context, notice);
}

async function run(plan: SearchPlan, context: CommandContext): Promise<ExitCode> {
  const { out, json, paint } = context;
  const pages = pagesOf(context.clientFor(context.server), plan, context.clock.now(), out.closed);
  let count = 0;
  let noticed = false;
  for await (const page of pages) {
    for (const record of page.records) await out.write(formatRecord(record, { json, fields: plan.fields, paint }));
    count += page.records.length;
    if (!noticed) await writeNotices(context, page.notices);
    noticed = true;
    if (out.closed.aborted) break;
    if (count >= plan.limit && page.nextCursor !== undefined)
      await writeNotice(context, {
        code: "more_records",
        message: `there are more than ${count} records; --limit or --all gives more`,
      });
  }
  if (count === 0 && !json)
    await writeNotice(context, { code: "no_records", message: "no record matches in this time" });
  return exitCodes.ok;
}

/** `taffrail search`: records of the past. */
export const searchCommand = defineCommand({
  name: "search",
  summary: "Find records: prints them newest first, one a line.",
  arguments: [new Argument("[query]", "what to look for; without it, all records")],
  options: [
    new Option("--since <duration>", "from this long ago until now, like 15m, 1h, 7d (default: 1h)"),
    new Option("--from <time>", "start of the time range: RFC 3339 or milliseconds since 1970"),
    new Option("--to <time>", "end of the time range, not included (default: now)"),
    new Option("--limit <count>", "records to print at most; 0 = all (default: 100)"),
    new Option("--all", "print all records"),
    new Option("--order <order>", "which come first").choices(["newest", "oldest"]).default("newest"),
    new Option("--fields <names>", "print only these fields, comma-separated, like time,level,user.id"),
  ],
  examples: [
    { line: "search 'level:>=warn service:checkout' --since 1h", does: "warnings and worse of one service" },
    { line: "search '\"timed out\"' --since 1d --json", does: "a phrase, as one JSON record a line" },
    {
      line: "search 'status:>=500' --from 2026-11-22T08:00:00Z --to 2026-11-22T09:00:00Z --all --fields time,path",
      does: "two fields of every failed request in one hour",
    },
  ],
  asksServer: true,
  plan: planSearch,
  run,
});

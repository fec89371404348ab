import { parseDuration } from "@taffrail/contracts";
import type { Zone } from "../time/format.ts";
import { defaultRange, type TimeRange } from "../time/range.ts";

/** A record as the address names it: its id, and its time (RFC 3339, nanoseconds) so that it is found without a scan. */
export interface RecordRef {
  readonly id: string;
  readonly time: string;
}

/** All that the address says about Explore: whoever opens the same address sees the same page. */
export interface ExploreState {
  readonly query: string;
  readonly range: TimeRange;
  /** Attribute columns beside time, level, service and message, in order. */
  readonly columns: readonly string[];
  readonly record: RecordRef | undefined;
  readonly live: boolean;
  readonly zone: Zone;
}

/** More columns than this are cut off: nobody reads them, and an address must not be able to stall the page. */
export const columnsMax = 20;

export const initialState: ExploreState = {
  query: "",
  range: defaultRange,
  columns: [],
  record: undefined,
  live: false,
  zone: "local",
};

function decodeRange(params: URLSearchParams): TimeRange {
  const from = Date.parse(params.get("from") ?? "");
  const to = Date.parse(params.get("to") ?? "");
  if (from < to) return { kind: "absolute", from, to };
  const since = params.get("since") ?? "";
  return parseDuration(since) === undefined ? defaultRange : { kind: "relative", since };
}

function decodeRecord(text: string | null): RecordRef | undefined {
  const found = /^(\d{1,20})@(.{10,40})$/.exec(text ?? "");
  if (found === null || Number.isNaN(Date.parse(found[2] ?? ""))) return undefined;
  return { id: found[1] ?? "", time: found[2] ?? "" };
}

function decodeColumns(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== "" && value.length <= 200))].slice(0, columnsMax);
}

/**
 * Reads the part of an address after `?`. What is missing or makes no sense takes its initial value: an address is user input.
 *
 * @example decodeState("?query=level%3Aerror&since=1h").query // "level:error"
 */
export function decodeState(search: string): ExploreState {
  const params = new URLSearchParams(search);
  return {
    query: params.get("query") ?? "",
    range: decodeRange(params),
    columns: decodeColumns(params.getAll("col")),
    record: decodeRecord(params.get("record")),
    live: params.get("live") === "1",
    zone: params.get("tz") === "utc" ? "utc" : "local",
  };
}

/**
 * Writes the part of an address after `?` (with it), leaving out what has its initial value; empty for the initial state.
 * `decodeState(encodeState(state))` gives the state back.
 */
export function encodeState(state: ExploreState): string {
  const params = new URLSearchParams();
  if (state.query !== "") params.set("query", state.query);
  if (state.range.kind === "absolute") {
    params.set("from", new Date(state.range.from).toISOString());
    params.set("to", new Date(state.range.to).toISOString());
  } else if (defaultRange.kind !== "relative" || state.range.since !== defaultRange.since) {
    params.set("since", state.range.since);
  }
  for (const column of state.columns) params.append("col", column);
  if (state.record !== undefined) params.set("record", `${state.record.id}@${state.record.time}`);
  if (state.live) params.set("live", "1");
  if (state.zone === "utc") params.set("tz", "utc");
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

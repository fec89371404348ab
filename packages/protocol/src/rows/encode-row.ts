import { limits, TaffrailError } from "@taffrail/contracts";
import { earliestMs } from "../otlp/walk.ts";
import { type DecodedRecord, openMap, type RecordMap, wellFormed } from "../value.ts";
import { createFlatJson, hasSurrogateEscape } from "./flat-json.ts";

/** What a row needs to know beside the record. */
export interface RowContext {
  readonly retentionDays: number;
  /** When the server got the record, milliseconds since 1970. */
  readonly receivedAtMs: number;
}

/** A record in the universal storage form. */
export interface Row {
  /** One JSON object and "\n". */
  readonly line: string;
  /** The time it is stored under, milliseconds since 1970. */
  readonly timeMs: number;
  /** Whether the sender's time was not usable and the arrival time stands in. */
  readonly timeReplaced: boolean;
}

/** Where the sender's time is kept when it is not usable: nanoseconds since 1970 in decimal, as it came. */
export const originalTimeKey = "taffrail.original_time";

const dayMs = 86_400_000;

/** Milliseconds of a decimal count of nanoseconds. */
function toMs(nanoseconds: string): number {
  return nanoseconds.length > 6 ? Number(nanoseconds.slice(0, -6)) : 0;
}

function isUsable(timeMs: number, receivedAtMs: number): boolean {
  return timeMs >= earliestMs && timeMs <= receivedAtMs + limits.futureSkew.value;
}

function withOriginalTime(attributes: RecordMap, original: string): RecordMap {
  const entry = { [originalTimeKey]: original };
  // First, so that no number of other keys can crowd it out; last, so that no key of the sender can replace it.
  return Object.assign(openMap(), entry, attributes, entry);
}

/** JSON of a text, without lone surrogates. */
function textJson(text: string): string {
  if (text === "") return '""';
  const json = JSON.stringify(text);
  return hasSurrogateEscape(json) ? JSON.stringify(wellFormed(text)) : json;
}

/** What a row says of the record itself; written by hand, because the maps are JSON already. */
function ownJson(record: DecodedRecord): string {
  return (
    `"tr":${textJson(record.traceId)},"sp":${textJson(record.spanId)},"f":${record.traceFlags},` +
    `"sv":${textJson(record.severityText)},"sn":${record.severityNumber},"s":${textJson(record.service)},` +
    `"e":${textJson(record.eventName)},"b":${textJson(record.body)}`
  );
}

function refuseOld(timeMs: number, context: RowContext): void {
  if (timeMs >= context.receivedAtMs - context.retentionDays * dayMs) return;
  throw new TaffrailError("too_old", { time: new Date(timeMs).toISOString(), days: context.retentionDays });
}

function refuseLarge(json: string): void {
  const limit = limits.recordLine.value;
  // A character has at most three bytes per UTF-16 unit: most rows need no count.
  if (json.length * 3 <= limit) return;
  const size = Buffer.byteLength(json);
  if (size > limit) throw new TaffrailError("record_too_large", { size, limit });
}

/** Encodes one record; see `createRowEncoder`. */
export type RowEncoder = (record: DecodedRecord) => Row;

/**
 * Makes the function that turns records of one request into row lines. A time that is unset, before 1990 or more than a day ahead is replaced by
 * the arrival time, and kept as `taffrail.original_time`. Resource and scope maps that records share are flattened once.
 *
 * The function throws TaffrailError `too_old`, `record_too_large` or `record_too_deep`; then that one record is refused.
 *
 * @example const encode = createRowEncoder({ retentionDays: 30, receivedAtMs: clock.now() }); lines.push(encode(record).line);
 */
export function createRowEncoder(context: RowContext): RowEncoder {
  const receivedAt = `${Math.trunc(context.receivedAtMs)}000000`;
  const flatJson = createFlatJson();
  let resource: RecordMap | undefined;
  let resourceJson = "{}";
  let scope: RecordMap | undefined;
  let scopeJson = "{}";
  return (record) => {
    const sentMs = toMs(record.timeUnixNano);
    const usable = isUsable(sentMs, context.receivedAtMs);
    const timeMs = usable ? sentMs : context.receivedAtMs;
    refuseOld(timeMs, context);
    const own = usable ? record.attributes : withOriginalTime(record.attributes, record.timeUnixNano);
    const { texts, numbers } = flatJson(own);
    if (record.resource !== resource) {
      resourceJson = flatJson(record.resource).texts;
      resource = record.resource;
    }
    if (record.scopeAttributes !== scope) {
      scopeJson = flatJson(record.scopeAttributes).texts;
      scope = record.scopeAttributes;
    }
    const time = usable ? record.timeUnixNano : receivedAt;
    const sentObserved = record.observedTimeUnixNano;
    const observed = isUsable(toMs(sentObserved), context.receivedAtMs) ? sentObserved : receivedAt;
    const json =
      `{"t":"${time}","o":"${observed}",${ownJson(record)},"r":${resourceJson},"scn":${textJson(record.scopeName)},` +
      `"scv":${textJson(record.scopeVersion)},"sca":${scopeJson},"a":${texts},"n":${numbers},"rd":${context.retentionDays}}`;
    refuseLarge(json);
    return { line: `${json}\n`, timeMs, timeReplaced: !usable };
  };
}

/**
 * Encodes one record as a row line; for many records of one request, `createRowEncoder` is faster.
 *
 * @throws TaffrailError `too_old`, `record_too_large` or `record_too_deep`.
 * @example encodeRow(record, { retentionDays: 30, receivedAtMs: Date.now() }).line
 */
export function encodeRow(record: DecodedRecord, context: RowContext): Row {
  return createRowEncoder(context)(record);
}

import type { Batch, EncodedRecord, Signal } from "@taffrail/contracts";
import { type Fields, parseLine } from "../../formats/parsed-line.ts";
import type { EncodedBody } from "../http/batch-sender.ts";
import { otlpAttributes, otlpLog } from "./log-record.ts";
import { encodeMessage, joinMessages, type Message } from "./message.ts";
import { resourceLogs, resourceMetrics, resourceSpans } from "./schema.ts";

export interface RequestOptions {
  readonly protocol: "protobuf" | "json";
  /** Attributes of what sends, beside its `service.name`. */
  readonly resource: Fields;
}

/** Field of a request that holds its resources, by signal; it has the number 1 in each. */
const listNames = { logs: "resourceLogs", traces: "resourceSpans", metrics: "resourceMetrics" } as const;
const messages: Readonly<Record<Signal, Message>> = {
  logs: resourceLogs,
  traces: resourceSpans,
  metrics: resourceMetrics,
};
/** Records that are encoded without a break: about a millisecond's work. */
const stride = 50;
const scope = { name: "taffrail" };

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** Puts the parts of a request together. */
function wrap(signal: Signal, protocol: RequestOptions["protocol"], parts: readonly Uint8Array[]): Uint8Array {
  if (protocol === "protobuf") return joinMessages(1, parts);
  const between = bytesOf(",");
  const list = parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]));
  return Buffer.concat([bytesOf(`{"${listNames[signal]}":[`), ...list, bytesOf("]}")]);
}

function encodePart(signal: Signal, protocol: RequestOptions["protocol"], value: unknown): Uint8Array {
  return protocol === "json" ? bytesOf(JSON.stringify(value)) : encodeMessage(messages[signal], value);
}

/** Groups the log records of a batch by service; the order inside a group stays. */
function* groupLogs(records: readonly EncodedRecord[]): Generator<void, Map<string, Fields[]>> {
  const groups = new Map<string, Fields[]>();
  for (const [index, encoded] of records.entries()) {
    if (index % stride === stride - 1) yield;
    const { service, record } = otlpLog(encoded);
    const group = groups.get(service);
    if (group === undefined) groups.set(service, [record]);
    else group.push(record);
  }
  return groups;
}

function* encodeLogs(records: readonly EncodedRecord[], options: RequestOptions): Generator<void, EncodedBody> {
  const groups = yield* groupLogs(records);
  const parts: Uint8Array[] = [];
  for (const [service, logs] of groups) {
    const named = service === "" ? options.resource : { "service.name": service, ...options.resource };
    const resource = { attributes: otlpAttributes(named) };
    // In slices, each with its resource: a receiver sees the same records.
    for (let from = 0; from < logs.length; from += stride) {
      const scopeLogs = [{ scope, logRecords: logs.slice(from, from + stride) }];
      parts.push(encodePart("logs", options.protocol, { resource, scopeLogs }));
      yield;
    }
  }
  return { bytes: wrap("logs", options.protocol, parts) };
}

/** Lines of spans and metrics are in the JSON form of OTLP already, one resource each. */
function* encodeLines(batch: Batch, options: RequestOptions): Generator<void, EncodedBody> {
  const { signal } = batch;
  const parts: Uint8Array[] = [];
  let refused = 0;
  let reason = "";
  for (const [index, { line }] of batch.records().entries()) {
    if (index % stride === stride - 1) yield;
    const value = parseLine(line);
    try {
      if (value === undefined) throw new TypeError("no JSON object");
      parts.push(options.protocol === "json" ? bytesOf(line.trimEnd()) : encodePart(signal, options.protocol, value));
    } catch (error) {
      refused += 1;
      reason = `${signal}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const bytes = wrap(signal, options.protocol, parts);
  return refused === 0 ? { bytes } : { bytes, refused: { records: refused, reason } };
}

/**
 * Encodes a batch as an OTLP export request, in steps of about a millisecond. Lines of spans and metrics that are not in OTLP's form are left out
 * and counted.
 *
 * @example for (const steps = encodeRequest(batch, { protocol: "json", resource: {} }); !steps.next().done; );
 */
export function encodeRequest(batch: Batch, options: RequestOptions): Generator<void, EncodedBody> {
  return batch.signal === "logs" ? encodeLogs(batch.records(), options) : encodeLines(batch, options);
}

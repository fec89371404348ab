import { readFileSync } from "node:fs";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { JsonLogsSerializer, ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  type ReadableLogRecord,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { describe, expect, test } from "vitest";
import { encodeRow } from "../rows/encode-row.ts";
import type { DecodedRecord } from "../value.ts";
import { type DecodedItem, decodeLogsRequest } from "./decode.ts";
import { decodeLogsJson } from "./decode-json.ts";
import { encodeLogsRequest, encodeLogsResponse, logsResponseJson } from "./encode.ts";
import { walkLogsRequest } from "./walk.ts";

const observed = new Date("2026-11-22T09:00:01Z");
const bounds = { oldestMs: Date.parse("2026-11-01T00:00:00Z"), latestMs: Date.parse("2026-11-30T00:00:00Z") };

/** Records as the stock SDK makes them. */
function sdkRecords(nested: boolean): ReadableLogRecord[] {
  const exporter = new InMemoryLogRecordExporter();
  const resource = resourceFromAttributes({ "service.name": "checkout", "host.cpus": 8, tags: ["a", "b"] });
  const plainResource = resourceFromAttributes({ "service.name": "checkout", "host.cpus": 8 });
  const provider = new LoggerProvider({
    resource: nested ? resource : plainResource,
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger("orders", "1.2.3");
  const common = { timestamp: new Date("2026-11-22T09:00:00.123Z"), observedTimestamp: observed };
  logger.emit({
    ...common,
    severityNumber: SeverityNumber.WARN2,
    severityText: "WARN2",
    body: "slow – ünïcode 😀",
    eventName: "order.slow",
    attributes: {
      count: 3,
      ratio: 0.25,
      ok: true,
      name: "x",
      negative: -7,
      ...(nested ? { user: { id: 5, roles: ["a"] } } : {}),
    },
  });
  logger.emit({ ...common, body: nested ? { message: "a map", list: [1, "two", null] } : "second" });
  return exporter.getFinishedLogRecords();
}

function recordsOf(items: Iterable<DecodedItem>): DecodedRecord[] {
  return [...items].map((item) => {
    if ("error" in item) throw item.error;
    return item.record;
  });
}

const serialized = (bytes: Uint8Array | undefined): Uint8Array => {
  if (!bytes) throw new Error("the serializer gave nothing");
  return bytes;
};

describe("requests of the stock OpenTelemetry SDK", () => {
  test("protobuf and JSON decode to the same records, nothing lost", () => {
    const sent = sdkRecords(true);
    const fromProtobuf = recordsOf(decodeLogsRequest(serialized(ProtobufLogsSerializer.serializeRequest(sent))));
    const json = Buffer.from(serialized(JsonLogsSerializer.serializeRequest(sent))).toString("utf8");
    const fromJson = recordsOf(decodeLogsJson(json));
    expect(fromJson).toEqual(fromProtobuf);
    expect(fromProtobuf[0]).toEqual({
      timeUnixNano: "1795338000123000000",
      observedTimeUnixNano: "1795338001000000000",
      severityNumber: 14,
      severityText: "WARN2",
      body: "slow – ünïcode 😀",
      eventName: "order.slow",
      traceId: "",
      spanId: "",
      traceFlags: 0,
      service: "checkout",
      resource: { "service.name": "checkout", "host.cpus": 8, tags: ["a", "b"] },
      scopeName: "orders",
      scopeVersion: "1.2.3",
      scopeAttributes: {},
      attributes: { count: 3, ratio: 0.25, ok: true, name: "x", negative: -7, user: { id: 5, roles: ["a"] } },
    });
    expect(fromProtobuf[1]?.body).toBe('{"message":"a map","list":[1,"two",null]}');
  });

  test("the walk counts them, finds their time and sees what is nested", () => {
    const time = Date.parse("2026-11-22T09:00:00.123Z");
    const plain = walkLogsRequest(serialized(ProtobufLogsSerializer.serializeRequest(sdkRecords(false))), bounds);
    expect(plain).toEqual({ records: 2, timeMinMs: time, timeMaxMs: time, plain: true, notes: [] });
    const nested = walkLogsRequest(serialized(ProtobufLogsSerializer.serializeRequest(sdkRecords(true))), bounds);
    expect(nested).toMatchObject({ records: 2, plain: false, notes: expect.arrayContaining(["nested"]) });
  });

  test("our own encoding of what was decoded decodes to the same", () => {
    const bytes = serialized(ProtobufLogsSerializer.serializeRequest(sdkRecords(true)));
    const records = recordsOf(decodeLogsRequest(bytes));
    expect(recordsOf(decodeLogsRequest(encodeLogsRequest(records)))).toEqual(records);
  });

  test("golden pairs: captured requests become these rows, the same from both encodings", async () => {
    const read = (name: string): Buffer => readFileSync(new URL(`./testdata/${name}`, import.meta.url));
    const context = { retentionDays: 30, receivedAtMs: Date.parse("2026-11-22T12:00:00Z") };
    const rows = (items: Iterable<DecodedItem>): string =>
      recordsOf(items)
        .map((item) => encodeRow(item, context).line)
        .join("");
    const fromProtobuf = rows(decodeLogsRequest(read("sdk-protobuf.in")));
    await expect(fromProtobuf).toMatchFileSnapshot("./testdata/sdk.out");
    expect(rows(decodeLogsJson(read("sdk-json.in").toString("utf8")))).toBe(fromProtobuf);
  });

  test("its client reads our answers", () => {
    const partial = { rejected: 3, message: "3 records were refused (3 too_old)." };
    const read = { partialSuccess: { rejectedLogRecords: 3, errorMessage: partial.message } };
    expect(ProtobufLogsSerializer.deserializeResponse(encodeLogsResponse(partial))).toMatchObject(read);
    const json = Buffer.from(logsResponseJson(partial));
    expect(JsonLogsSerializer.deserializeResponse(json)).toMatchObject({
      partialSuccess: { rejectedLogRecords: "3", errorMessage: partial.message },
    });
    expect(encodeLogsResponse({ rejected: 0, message: "" })).toHaveLength(0);
    expect(logsResponseJson({ rejected: 0, message: "" })).toBe("{}");
  });
});

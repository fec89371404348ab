import { type DecodedRecord, encodeLogsRequest } from "@taffrail/protocol";
import { afterEach } from "vitest";
import { useStore } from "../../journal/testdata/store-fixture.ts";
import type { TestJournal } from "../../journal/testdata/test-journal.ts";
import { createIngest, type IngestOptions } from "../create-ingest.ts";
import type { Ingest, IngestInput, LinesInput } from "../ingest.ts";

/** A record of this moment. */
export function record(change: Partial<DecodedRecord> = {}): DecodedRecord {
  const now = `${Date.now()}000000`;
  return {
    timeUnixNano: now,
    observedTimeUnixNano: now,
    severityNumber: 9,
    severityText: "INFO",
    body: "hello",
    eventName: "",
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    traceFlags: 1,
    service: "shop",
    resource: { "service.name": "shop" },
    scopeName: "app",
    scopeVersion: "1",
    scopeAttributes: {},
    attributes: { "http.route": "/a", ms: 12 },
    ...change,
  };
}

/** An OTLP protobuf request of the local principal. */
export function otlpInput(body: IngestInput["body"], change: Partial<IngestInput> = {}): IngestInput {
  return {
    body,
    contentType: "application/x-protobuf",
    contentEncoding: undefined,
    scope: { tenant: "default" },
    principalId: "local",
    ...change,
  };
}

/** An OTLP protobuf request with these records. */
export function otlpRecords(records: readonly DecodedRecord[], change: Partial<IngestInput> = {}): IngestInput {
  return otlpInput(encodeLogsRequest(records), change);
}

/** A request of JSON lines. */
export function linesInput(text: string | Uint8Array, change: Partial<LinesInput> = {}): LinesInput {
  const body = typeof text === "string" ? Buffer.from(text) : text;
  return { ...otlpInput(body), contentType: "application/x-ndjson", ...change };
}

/** One JSON line with a body. */
export function line(msg: string): string {
  return `${JSON.stringify({ time: new Date().toISOString(), level: "info", service: "shop", msg })}\n`;
}

interface TestIngest extends TestJournal {
  readonly ingest: Ingest;
}

/** What a test of ingest works with: the real journal in a temporary directory before the real store. */
export interface IngestFixture {
  start(options?: Partial<IngestOptions>): Promise<TestIngest>;
  /** Rows of a SELECT over `taffrail.otel_logs`. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Registers the hooks of the store fixture and closes what was started. */
export function useIngest(): IngestFixture {
  const fixture = useStore();
  let open: Ingest[] = [];
  afterEach(async () => {
    await Promise.all(open.map((ingest) => ingest.close()));
    open = [];
  });
  return {
    async start(options = {}): Promise<TestIngest> {
      const journal = await fixture.start();
      const { deadLetters } = journal;
      const clock = { now: () => Date.now(), monotonic: () => performance.now() };
      const ingest = createIngest({ journal: journal.journal, deadLetters, clock, retentionDays: () => 30, ...options });
      open.push(ingest);
      return { ...journal, ingest };
    },
    rows: (sql) => fixture.store.rows(sql),
  };
}

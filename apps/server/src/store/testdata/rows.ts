import { join } from "node:path";
import { type TestFrame, writeSegment } from "./segment-file.ts";
import type { TestStore } from "./test-store.ts";

/** A row line of a test: what differs from an empty record. */
export interface TestRow {
  readonly timeNs: bigint;
  readonly service?: string;
  readonly severity?: number;
  readonly body?: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly resource?: Readonly<Record<string, string>>;
  readonly retentionDays?: number;
}

/** The row line of a test row. */
function rowLine(row: TestRow): string {
  const attributes = Object.entries(row.attributes ?? {});
  const numbers = attributes.filter(([, value]) => typeof value === "number");
  return `${JSON.stringify({
    t: String(row.timeNs),
    o: String(row.timeNs),
    tr: "",
    sp: "",
    f: 0,
    sv: "",
    sn: row.severity ?? 9,
    s: row.service ?? "shop",
    e: "",
    b: row.body ?? "",
    r: row.resource ?? {},
    scn: "",
    scv: "",
    sca: {},
    a: Object.fromEntries(attributes.map(([key, value]) => [key, String(value)])),
    n: Object.fromEntries(numbers),
    rd: row.retentionDays ?? 30,
  })}\n`;
}

/** Stores rows through a segment, as the journal does. Row i of the tenant's list gets the Seq `seqFrom + i`. */
export async function storeRows(
  store: TestStore,
  seqFrom: bigint,
  rows: readonly TestRow[],
  tenant = "default",
): Promise<void> {
  const payload = Buffer.from(rows.map(rowLine).join(""));
  const receivedAtMs = Date.UTC(2026, 10, 22);
  const frame: TestFrame = { tenant, source: "lines", receivedAtMs, payload, count: rows.length };
  const path = join(store.dir, `rows-${String(seqFrom)}.seg`);
  await store.segments.insert(writeSegment(path, "log-rows", [frame], seqFrom), "first");
}

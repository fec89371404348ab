import type { LogView } from "@taffrail/contracts";
import { expect, test } from "vitest";
import { fitRecords } from "./fit-records.ts";

const record = (id: number, bodyLength: number): LogView => ({
  id: String(id),
  time: "",
  observedTime: "",
  level: "info",
  severityNumber: 9,
  severityText: "",
  service: "",
  body: "x".repeat(bodyLength),
  eventName: "",
  traceId: "",
  spanId: "",
  traceFlags: 0,
  scopeName: "",
  scopeVersion: "",
  scopeAttributes: {},
  resource: {},
  attributes: { size: bodyLength },
  source: "",
});
const ids = (records: readonly LogView[]): number[] => records.map(({ id }) => Number(id));

test("usual records all fit", () => {
  const records = Array.from({ length: 500 }, (_, id) => record(id, 200));
  expect(fitRecords(records)).toBe(records);
  expect(fitRecords([])).toEqual([]);
});

test("of large ones the newest are kept, in their order", () => {
  const records = Array.from({ length: 10 }, (_, id) => record(id, 300_000));
  expect(ids(fitRecords(records))).toEqual([7, 8, 9]);
});

test("one that fits nowhere is shown alone", () => {
  expect(ids(fitRecords([record(1, 10), record(2, 5_000_000)]))).toEqual([2]);
});

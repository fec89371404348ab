import type { LogView } from "@taffrail/client";

/** A record for tests: everything set, and what the test cares about on top. */
export function fakeRecord(members: Partial<LogView> = {}): LogView {
  const time = members.time ?? "2026-11-22T09:00:00.000000000Z";
  return {
    id: "1",
    time,
    observedTime: time,
    level: "info",
    severityNumber: 9,
    severityText: "INFO",
    service: "checkout",
    body: "order placed",
    eventName: "",
    traceId: "",
    spanId: "",
    traceFlags: 0,
    scopeName: "",
    scopeVersion: "",
    scopeAttributes: {},
    resource: {},
    attributes: {},
    source: "otlp",
    ...members,
  };
}

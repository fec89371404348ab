import { type DecodedRecord, type OpenMap, openMap, type RecordMap } from "../value.ts";
import { addException, findException } from "./exception.ts";
import type { Reading } from "./fields.ts";

/** Resources repeat from line to line: the same one is used again, so that what is made of it is made once. */
function createResourceMemo(): (service: string, extra: Readonly<Record<string, string>>) => RecordMap {
  let lastKey: string | undefined;
  let last: RecordMap = {};
  return (service, extra) => {
    const key = `${service}\n${extra["host.name"] ?? ""}\n${extra["process.pid"] ?? ""}`;
    if (key === lastKey) return last;
    const resource: OpenMap = openMap();
    if (service !== "") resource["service.name"] = service;
    Object.assign(resource, extra);
    lastKey = key;
    last = resource;
    return resource;
  };
}

/** Attributes with OpenTelemetry's names for an error that stands at any key; the error itself stays where it is. */
function withException(attributes: RecordMap): RecordMap {
  const exception = findException(attributes);
  if (!exception) return attributes;
  const named: OpenMap = Object.assign(openMap(), attributes);
  addException(named, exception);
  return named;
}

function bodyOf(reading: Reading, attributes: RecordMap): string {
  if (reading.body !== undefined) return reading.body;
  const message = attributes["exception.message"];
  return typeof message === "string" ? message : "";
}

/**
 * Makes the function that completes a reading to a record: `service` stands in where the line names none, the arrival time where it has none.
 *
 * @example createRecordMaker("shop")({ body: "hi", attributes: {} }, Date.now()).service // "shop"
 */
export function createRecordMaker(service: string): (reading: Reading, receivedAtMs: number) => DecodedRecord {
  const resourceOf = createResourceMemo();
  const none = openMap();
  return (reading, receivedAtMs) => {
    const name = reading.service ?? service;
    const received = receivedAtMs > 0 ? `${Math.trunc(receivedAtMs)}000000` : "0";
    const attributes = withException(reading.attributes);
    return {
      timeUnixNano: reading.time ?? received,
      observedTimeUnixNano: received,
      severityNumber: reading.severity?.number ?? 0,
      severityText: reading.severity?.text ?? "",
      body: bodyOf(reading, attributes),
      eventName: reading.eventName ?? "",
      traceId: reading.traceId ?? "",
      spanId: reading.spanId ?? "",
      traceFlags: reading.traceFlags ?? 0,
      service: name,
      resource: resourceOf(name, reading.resource ?? (none as Readonly<Record<string, string>>)),
      scopeName: reading.scopeName ?? "",
      scopeVersion: "",
      scopeAttributes: none,
      attributes,
    };
  };
}

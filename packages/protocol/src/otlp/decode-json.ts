import { limits, TaffrailError } from "@taffrail/contracts";
import { parseJson } from "../json.ts";
import { isMap, jsonText, openMap, type RecordMap, type RecordValue } from "../value.ts";
import { assemble, type DecodedItem, emptyFields, type Origin, type OwnFields } from "./decode.ts";
import { narrow } from "./decode-value.ts";

function wrongType(path: string, expected: string): TaffrailError {
  return new TaffrailError("wrong_field_type", { path, expected });
}

/**
 * Nesting of a whole request, in brackets. Far beyond what a record may have, so that a record that is too deep is cut out alone; a bound
 * nevertheless, because the parser needs memory for each level.
 */
const frameDepthMax = 100_000;

type Field = RecordValue | undefined;

/** Absent and null both mean unset in the JSON mapping of protobuf. */
const unset = (value: Field): value is null | undefined => value === undefined || value === null;

function text(value: Field, path: string): string {
  if (unset(value)) return "";
  if (typeof value !== "string") throw wrongType(path, "a string");
  return value;
}

/** An integer, which the mapping allows as a number or as decimal text. */
function integer(value: Field, path: string): bigint {
  if (unset(value)) return 0n;
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw wrongType(path, "an integer, as a number or as decimal text");
}

function unsigned(value: Field, path: string): string {
  const result = integer(value, path);
  if (result < 0n || result >= 1n << 64n) throw wrongType(path, "an integer from 0 to 2^64 - 1");
  return result.toString();
}

function small(value: Field, path: string): number {
  const result = integer(value, path);
  if (result < -(1n << 31n) || result >= 1n << 32n) throw wrongType(path, "a 32-bit integer");
  return Number(result);
}

function double(value: Field, path: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  // The mapping writes what JSON numbers cannot say as these words.
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  if (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) return Number(value);
  throw wrongType(path, "a number");
}

function map(value: Field, path: string): RecordMap {
  if (unset(value)) return {};
  if (!isMap(value)) throw wrongType(path, "an object");
  return value;
}

function list(value: Field, path: string): readonly RecordValue[] {
  if (unset(value)) return [];
  if (!Array.isArray(value)) throw wrongType(path, "a list");
  return value;
}

/** Ids are hex in any case; what is not an id of that size, or all zeros, is no id. */
function id(value: Field, path: string, size: number): string {
  const hex = text(value, path).toLowerCase();
  return hex.length === size * 2 && /^[0-9a-f]+$/.test(hex) && !/^0+$/.test(hex) ? hex : "";
}

function anyValue(value: Field, path: string, depth: number): RecordValue {
  const fields = map(value, path);
  if (!unset(fields.stringValue)) return text(fields.stringValue, `${path}.stringValue`);
  if (!unset(fields.boolValue)) {
    if (typeof fields.boolValue !== "boolean") throw wrongType(`${path}.boolValue`, "true or false");
    return fields.boolValue;
  }
  if (!unset(fields.intValue)) return narrow(integer(fields.intValue, `${path}.intValue`));
  if (!unset(fields.doubleValue)) return double(fields.doubleValue, `${path}.doubleValue`);
  if (!unset(fields.bytesValue)) return text(fields.bytesValue, `${path}.bytesValue`);
  if (depth >= limits.jsonDepth.value) {
    throw new TaffrailError("record_too_deep", { limit: limits.jsonDepth.value });
  }
  if (!unset(fields.arrayValue)) {
    const inner = map(fields.arrayValue, `${path}.arrayValue`);
    const values = list(inner.values, `${path}.arrayValue.values`);
    return values.map((item, index) => anyValue(item, `${path}.arrayValue.values[${index}]`, depth + 1));
  }
  if (unset(fields.kvlistValue)) return null;
  const inner = map(fields.kvlistValue, `${path}.kvlistValue`);
  return attributes(inner.values, `${path}.kvlistValue.values`, depth + 1);
}

function attributes(value: Field, path: string, depth: number): RecordMap {
  const result = openMap();
  for (const [index, item] of list(value, path).entries()) {
    const pair = map(item, `${path}[${index}]`);
    const key = text(pair.key, `${path}[${index}].key`);
    result[key] = anyValue(pair.value, `${path}[${index}].value`, depth);
  }
  return result;
}

function ownFields(log: RecordMap, path: string): OwnFields {
  return {
    ...emptyFields(attributes(log.attributes, `${path}.attributes`, 0)),
    time: unsigned(log.timeUnixNano, `${path}.timeUnixNano`),
    observed: unsigned(log.observedTimeUnixNano, `${path}.observedTimeUnixNano`),
    severityNumber: small(log.severityNumber, `${path}.severityNumber`),
    severityText: text(log.severityText, `${path}.severityText`),
    body: anyValue(log.body, `${path}.body`, 0),
    eventName: text(log.eventName, `${path}.eventName`),
    traceId: id(log.traceId, `${path}.traceId`, 16),
    spanId: id(log.spanId, `${path}.spanId`, 8),
    flags: small(log.flags, `${path}.flags`),
  };
}

/** Runs a reading step; an error of the catalogue comes back as a value, to be charged to the records it concerns. */
function attempt<Value>(read: () => Value): Value | TaffrailError {
  try {
    return read();
  } catch (error) {
    if (error instanceof TaffrailError) return error;
    throw error;
  }
}

function sampleOf(value: RecordValue): string {
  const shallow = isMap(value)
    ? Object.fromEntries(Object.entries(value).filter(([, v]) => typeof v !== "object"))
    : "";
  return jsonText(shallow).slice(0, 512);
}

function readRecord(value: RecordValue, path: string, origin: Origin | TaffrailError): DecodedItem {
  if (origin instanceof TaffrailError) return { error: origin, sample: sampleOf(value) };
  const own = attempt(() => ownFields(map(value, path), path));
  return own instanceof TaffrailError ? { error: own, sample: sampleOf(value) } : { record: assemble(own, origin) };
}

function readOrigin(resourceLogs: RecordMap, scopeLogs: RecordMap, path: string, scopePath: string): Origin {
  const resource = map(resourceLogs.resource, `${path}.resource`);
  const scope = map(scopeLogs.scope, `${scopePath}.scope`);
  return {
    resource: attributes(resource.attributes, `${path}.resource.attributes`, 0),
    scopeName: text(scope.name, `${scopePath}.scope.name`),
    scopeVersion: text(scope.version, `${scopePath}.scope.version`),
    scopeAttributes: attributes(scope.attributes, `${scopePath}.scope.attributes`, 0),
  };
}

/**
 * Decodes an OTLP/JSON logs request record by record, in order. Ids are hex in any case, 64-bit integers numbers or text, unknown fields are
 * ignored. A record with a field of a wrong type is cut out with the path of that field; the rest go on.
 *
 * @throws TaffrailError `malformed_json`; `wrong_field_type` when the frame around the records is wrong; `record_too_deep` beyond 100,000 levels.
 * @example for (const item of decodeLogsJson('{"resourceLogs":[]}')) if ("record" in item) keep(item.record);
 */
export function* decodeLogsJson(json: string): Generator<DecodedItem> {
  const request = map(parseJson(json, frameDepthMax), "the body");
  for (const [r, resourceItem] of list(request.resourceLogs, "resourceLogs").entries()) {
    const path = `resourceLogs[${r}]`;
    const resourceLogs = map(resourceItem, path);
    for (const [s, scopeItem] of list(resourceLogs.scopeLogs, `${path}.scopeLogs`).entries()) {
      const scopePath = `${path}.scopeLogs[${s}]`;
      const scopeLogs = map(scopeItem, scopePath);
      const origin = attempt(() => readOrigin(resourceLogs, scopeLogs, path, scopePath));
      const records = list(scopeLogs.logRecords, `${scopePath}.logRecords`);
      for (const [l, log] of records.entries()) yield readRecord(log, `${scopePath}.logRecords[${l}]`, origin);
    }
  }
}

import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";

type Scalar = string | number | boolean;

/** A log record as the OpenTelemetry SDK hands it to its own encoder, and what the table must hold for it. */
export interface RandomRecord {
  readonly sdk: unknown;
  readonly stored: Readonly<Record<string, unknown>>;
}

/** A small seeded generator (mulberry32): the same seed gives the same records. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const texts = [
  "plain",
  "",
  "O'Reilly \\ \"quoted\" `tick`",
  "línea ünïcode 漢字 🚢 \u{10FFFF}",
  "tab\tnewline\nreturn\rnul\u0000end",
  "'; DROP TABLE taffrail.otel_logs; --",
  "\uFFFD\uFEFF\u202Eright-to-left",
  "{x:String} %s ${y} \\N \\x41",
];
const numbers = [0, 1, -1, 200, 0.1, -2.5, 1e21, 1.5e-7, 1e300, 5e-324, 9_007_199_254_740_991, -9_007_199_254_740_991, 3.7e22];

const pick = <Item>(random: (below: number) => number, items: readonly Item[]): Item =>
  items[random(items.length)] as Item;

function scalar(random: (below: number) => number): Scalar {
  const kind = random(3);
  if (kind === 0) return pick(random, texts);
  return kind === 1 ? pick(random, numbers) : random(2) === 0;
}

function attributes(random: (below: number) => number, most: number): Record<string, Scalar> {
  const result: Record<string, Scalar> = {};
  for (let count = random(most + 1); count > 0; count -= 1) {
    const key = `${pick(random, ["user.id", "ключ", "a'b", "http.status_code", "x\\y", "k"])}${String(random(40))}`;
    result[key] = scalar(random);
  }
  return result;
}

const asText = (map: Readonly<Record<string, Scalar>>): Record<string, string> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
const onlyNumbers = (map: Readonly<Record<string, Scalar>>): Record<string, number> =>
  Object.fromEntries(Object.entries(map).filter((entry): entry is [string, number] => typeof entry[1] === "number"));

/** Nanoseconds since 1970 as the engine prints a DateTime64(9). */
export function engineTime(nanoseconds: bigint): string {
  const milliseconds = Number(nanoseconds / 1_000_000n);
  const rest = String(nanoseconds % 1_000_000n).padStart(6, "0");
  return `${new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "")}${rest}`;
}

const hrTime = (nanoseconds: bigint): [number, number] => [
  Number(nanoseconds / 1_000_000_000n),
  Number(nanoseconds % 1_000_000_000n),
];

const hex = (random: (below: number) => number, digits: number): string =>
  Array.from({ length: digits }, () => (1 + random(15)).toString(16)).join("");

interface Shared {
  readonly resource: { readonly attributes: Readonly<Record<string, Scalar>> };
  readonly scope: { readonly name: string; readonly version: string; readonly attributes: Readonly<Record<string, Scalar>> };
}

function record(random: (below: number) => number, nowMs: number, shared: Shared): RandomRecord {
  const time = BigInt(nowMs - random(3_600_000)) * 1_000_000n + BigInt(random(1_000_000));
  const observed = time + BigInt(random(1_000_000_000));
  const own = attributes(random, 6);
  const traced = random(2) === 0;
  const traceId = traced ? hex(random, 32) : "";
  const spanId = traced ? hex(random, 16) : "";
  const traceFlags = traced ? random(4) : 0;
  const severityNumber = random(25);
  const severityText = pick(random, ["", "INFO", "warn", "Ошибка"]);
  const body = pick(random, texts);
  const eventName = pick(random, ["", "user.login"]);
  const { resource, scope } = shared;
  return {
    sdk: {
      hrTime: hrTime(time),
      hrTimeObserved: hrTime(observed),
      severityNumber,
      severityText,
      body,
      eventName,
      attributes: own,
      droppedAttributesCount: 0,
      resource,
      instrumentationScope: scope,
      ...(traced ? { spanContext: { traceId, spanId, traceFlags } } : {}),
    },
    stored: {
      Timestamp: engineTime(time),
      ObservedTimestamp: engineTime(observed),
      TraceId: traceId,
      SpanId: spanId,
      TraceFlags: traceFlags,
      SeverityText: severityText,
      SeverityNumber: severityNumber,
      ServiceName: String(resource.attributes["service.name"] ?? ""),
      EventName: eventName,
      Body: body,
      ResourceAttributes: asText(resource.attributes),
      ScopeName: scope.name,
      ScopeVersion: scope.version,
      ScopeAttributes: asText(scope.attributes),
      LogAttributes: asText(own),
      LogNumbers: onlyNumbers(own),
    },
  };
}

/** One request's records, in the order in which the request holds them: by resource, by scope, by record. */
export function randomRequest(random: (below: number) => number, nowMs: number): readonly RandomRecord[] {
  const records: RandomRecord[] = [];
  for (let resources = 1 + random(3); resources > 0; resources -= 1) {
    const named = random(4) === 0 ? {} : { "service.name": pick(random, ["checkout", "pay'ments", "сервис"]) };
    const resource = { attributes: { ...attributes(random, 4), ...named } };
    for (let scopes = 1 + random(3); scopes > 0; scopes -= 1) {
      const scope = { name: pick(random, ["", "http", "a'b"]), version: pick(random, ["", "1.2"]), attributes: attributes(random, 2) };
      for (let count = 1 + random(6); count > 0; count -= 1) records.push(record(random, nowMs, { resource, scope }));
    }
  }
  return records;
}

/** Encodes records with OpenTelemetry's own encoder. */
export function encodeRequest(records: readonly RandomRecord[]): Uint8Array {
  const sdk = records.map((entry) => entry.sdk) as Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0];
  return ProtobufLogsSerializer.serializeRequest(sdk) ?? new Uint8Array();
}

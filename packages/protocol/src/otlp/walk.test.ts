import { TaffrailError } from "@taffrail/contracts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DecodedRecord, openMap, type RecordMap, type RecordValue } from "../value.ts";
import { type DecodedItem, decodeLogsRequest } from "./decode.ts";
import { encodeLogsRequest } from "./encode.ts";
import { type WalkResult, walkLogsRequest } from "./walk.ts";
import {
  finish,
  openWriter,
  putBytes,
  putDouble,
  putFixed64,
  putMessage,
  putString,
  putVarint,
  type Writer,
} from "./writer.ts";

const nowMs = Date.parse("2026-11-22T09:00:00Z");
const dayMs = 86_400_000;
const bounds = { oldestMs: nowMs - 30 * dayMs, latestMs: nowMs + dayMs };
const nowNs = `${nowMs}000000`;

const record = (change: Partial<DecodedRecord> = {}): DecodedRecord => ({
  timeUnixNano: nowNs,
  observedTimeUnixNano: nowNs,
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
  attributes: { a: "b", n: 1 },
  ...change,
});

const walk = (...records: readonly DecodedRecord[]): WalkResult => walkLogsRequest(encodeLogsRequest(records), bounds);

/** A request with one record, of which `fill` writes the fields. */
function raw(fill: (writer: Writer) => void): Uint8Array {
  const writer = openWriter();
  putMessage(writer, 1, () => putMessage(writer, 2, () => putMessage(writer, 2, () => fill(writer))));
  return finish(writer);
}

/** The same, beside a usable time. */
const timed = (fill: (writer: Writer) => void): Uint8Array =>
  raw((writer) => {
    putFixed64(writer, 1, nowNs);
    fill(writer);
  });

function attribute(writer: Writer, key: string, fill: () => void): void {
  putMessage(writer, 6, () => {
    putString(writer, 1, key);
    putMessage(writer, 2, fill);
  });
}

/** A request with one record whose attribute is a list in a list in a list: written from the inside out, no stack bears it otherwise. */
function deep(depth: number): Uint8Array {
  let value: Uint8Array = Uint8Array.from([0x0a, 0x01, 0x78]);
  for (let level = 0; level < depth; level++) {
    const inner = openWriter();
    putBytes(inner, 1, value);
    const outer = openWriter();
    putBytes(outer, 5, finish(inner));
    value = finish(outer);
  }
  return timed((writer) =>
    putMessage(writer, 6, () => {
      putString(writer, 1, "a");
      putBytes(writer, 2, value);
    }),
  );
}

describe("what the walk notes", () => {
  const cases: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ["nothing in plain records", encodeLogsRequest([record(), record()]), []],
    ["a list", encodeLogsRequest([record({ attributes: { a: [1] } })]), ["nested"]],
    ["a map", encodeLogsRequest([record({ attributes: { a: { b: 1 } } })]), ["nested"]],
    ["a nested resource", encodeLogsRequest([record({ resource: { a: [1] } })]), ["nested"]],
    ["bytes", timed((w) => attribute(w, "a", () => putBytes(w, 7, Buffer.from("x")))), ["nested"]],
    ["a body that is a number", timed((w) => putMessage(w, 5, () => putVarint(w, 3, 5))), ["nested"]],
    ["no time", raw((w) => putString(w, 3, "INFO")), ["oddTime"]],
    ["a time in 1970", encodeLogsRequest([record({ timeUnixNano: "1000" })]), ["oddTime"]],
    ["a time in 2262", encodeLogsRequest([record({ timeUnixNano: "9223372036854775807" })]), ["oddTime"]],
    ["an odd observed time", encodeLogsRequest([record({ observedTimeUnixNano: "5" })]), ["oddTime"]],
    [
      "a time past its retention",
      encodeLogsRequest([record({ timeUnixNano: `${nowMs - 31 * dayMs}000000` })]),
      ["tooOld"],
    ],
    ["invalid UTF-8", timed((w) => putMessage(w, 5, () => putBytes(w, 1, Buffer.from([0x61, 0xff])))), ["invalidUtf8"]],
    [
      "the same key twice",
      timed((w) => {
        attribute(w, "key", () => putString(w, 1, "one"));
        attribute(w, "kex", () => putString(w, 1, "other"));
        attribute(w, "key", () => putString(w, 1, "two"));
      }),
      ["keys"],
    ],
    [
      "257 keys",
      encodeLogsRequest([record({ attributes: Object.fromEntries([...Array(257).keys()].map((i) => [`k${i}`, i])) })]),
      ["keys"],
    ],
    ["a record above 1 MiB", encodeLogsRequest([record({ body: "x".repeat(1024 * 1024) })]), ["tooLarge"]],
    ["a short trace id", timed((w) => putBytes(w, 9, Buffer.from("abc"))), ["ids"]],
    ["a span id of zeros", timed((w) => putBytes(w, 10, Buffer.alloc(8))), ["ids"]],
    ["not a number", timed((w) => attribute(w, "a", () => putDouble(w, 4, Number.NaN))), ["oddValue"]],
    ["an unset value", timed((w) => attribute(w, "a", () => {})), ["oddValue"]],
    ["a severity out of range", timed((w) => putVarint(w, 2, 99)), ["oddValue"]],
    ["depth 10,000", deep(10_000), ["nested"]],
  ];
  test.each(cases)("%s", (_name, bytes, notes) => {
    const result = walkLogsRequest(bytes, bounds);
    expect(result.notes).toEqual(notes);
    expect(result.plain).toBe(notes.length === 0);
  });

  test("an empty request has no records and no times", () => {
    expect(walk()).toEqual({ records: 0, timeMinMs: 0, timeMaxMs: 0, plain: true, notes: [] });
  });

  test("256 different keys of one length are plain", () => {
    const attributes = Object.fromEntries(
      [...Array(256).keys()].map((i) => [`key-${String(i).padStart(3, "0")}-z`, "v"]),
    );
    expect(walk(record({ attributes })).plain).toBe(true);
  });

  test("times are those of the usable records", () => {
    const old = record({ timeUnixNano: `${nowMs - 5000}123456` });
    expect(walk(record(), old, record({ timeUnixNano: "7" }))).toMatchObject({
      timeMinMs: nowMs - 5000,
      timeMaxMs: nowMs,
    });
  });
});

describe("what is no request", () => {
  const good = encodeLogsRequest([record()]);
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ["text", Buffer.from("<html>not found</html>"), "wire type"],
    ["JSON", Buffer.from('{"resourceLogs":[]}'), "wire type"],
    ["a cut request", good.subarray(0, good.length - 3), "past its message"],
    ["a length beyond the end", Uint8Array.from([0x0a, 0x7f, 0x01]), "past its message"],
    ["a varint without end", Uint8Array.from([0x0a, ...Array<number>(10).fill(0xff)]), "longer than ten bytes"],
    ["field number 0", Uint8Array.from([0x02, 0x00]), "field number 0"],
    ["a group", Uint8Array.from([0x23, 0x24]), "wire type 3"],
    ["a known field of a wrong wire type", Uint8Array.from([0x08, 0x01]), "field 1 has wire type 0"],
    ["a time as a varint", raw((w) => putVarint(w, 1, 5)), "field 1 has wire type 0"],
  ];
  test.each(cases)("%s", (_name, bytes, reason) => {
    try {
      walkLogsRequest(bytes, bounds);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TaffrailError);
      expect(error).toMatchObject({ code: "malformed_protobuf", status: 400 });
      expect((error as TaffrailError).message).toContain(reason);
      expect((error as TaffrailError).details.offset).toBeLessThanOrEqual(bytes.length);
    }
    expect(() => [...decodeLogsRequest(bytes)]).toThrow(TaffrailError);
  });

  test("unknown fields of a later version are stepped over", () => {
    const bytes = timed((w) => {
      putVarint(w, 29, 5);
      putString(w, 30, "later");
      putDouble(w, 200, 1.5);
    });
    expect(walkLogsRequest(bytes, bounds)).toMatchObject({ records: 1, plain: true });
    expect([...decodeLogsRequest(bytes)]).toHaveLength(1);
  });
});

describe("records that are cut out", () => {
  const errors = (items: Iterable<DecodedItem>): string[] =>
    [...items].map((item) => ("error" in item ? `${item.error.code} ${item.error.details.offset ?? ""}` : "ok"));

  test("bad text: that record alone, with the offset in the body", () => {
    const writer = openWriter();
    putMessage(writer, 1, () =>
      putMessage(writer, 2, () => {
        for (const byte of [0x61, 0xff, 0x62]) {
          putMessage(writer, 2, () => putMessage(writer, 5, () => putBytes(writer, 1, Uint8Array.from([0x78, byte]))));
        }
      }),
    );
    const bytes = finish(writer);
    expect(errors(decodeLogsRequest(bytes))).toEqual(["ok", `invalid_utf8 ${bytes.indexOf(0xff)}`, "ok"]);
  });

  test("too deep: that record alone", () => {
    const good = encodeLogsRequest([record()]);
    const bytes = Buffer.concat([good, deep(10_000), good]);
    expect(errors(decodeLogsRequest(bytes))).toEqual(["ok", "record_too_deep ", "ok"]);
    expect(errors(decodeLogsRequest(deep(500)))).toEqual(["ok"]);
  });

  test("our own encoder refuses what is too deep", () => {
    let value: RecordValue = "deep";
    for (let level = 0; level < 600; level++) value = [value];
    expect(() => encodeLogsRequest([record({ attributes: { value } })])).toThrow("deeper than 500 levels");
  });

  test("bad text in the resource: each of its records, not those of others", () => {
    const writer = openWriter();
    for (const text of [Buffer.from([0xc3, 0x28]), Buffer.from("fine")]) {
      putMessage(writer, 1, () => {
        putMessage(writer, 1, () =>
          putMessage(writer, 1, () => {
            putString(writer, 1, "k");
            putMessage(writer, 2, () => putBytes(writer, 1, text));
          }),
        );
        putMessage(writer, 2, () => putMessage(writer, 2, () => putString(writer, 3, "INFO")));
      });
    }
    const bytes = finish(writer);
    expect(errors(decodeLogsRequest(bytes))).toEqual([`invalid_utf8 ${bytes.indexOf(0xc3)}`, "ok"]);
  });
});

const anyValue: fc.Arbitrary<RecordValue> = fc.letrec<{ value: RecordValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme" }),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }).map((map) => Object.assign(openMap(), map)),
  ),
})).value;

const attributes = fc
  .dictionary(fc.string({ minLength: 1 }), anyValue, { maxKeys: 6 })
  .map((map): RecordMap => Object.assign(openMap(), map));

const anyRecord = fc
  .record({ body: fc.string({ unit: "grapheme" }), attributes, severityNumber: fc.integer({ min: 0, max: 24 }) })
  .map((change) => record(change));

describe("properties (fast-check prints the seed when one fails)", () => {
  test("what is encoded decodes to the same, and the walk agrees", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 5 }), (records) => {
        const bytes = encodeLogsRequest(records);
        const decoded = [...decodeLogsRequest(bytes)].map((item) => ("record" in item ? item.record : item.error));
        expect(decoded).toEqual(records);
        expect(walkLogsRequest(bytes, bounds).records).toBe(records.length);
      }),
    );
  });

  test("damaged bytes: what the walk accepts the decoder decodes, record for record, and nothing but the catalogue is thrown", () => {
    const damaged = fc.tuple(fc.array(anyRecord, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255), fc.nat());
    fc.assert(
      fc.property(damaged, ([records, at, byte, length]) => {
        const bytes = Uint8Array.from(encodeLogsRequest(records));
        bytes[at % bytes.length] = byte;
        const cut = bytes.subarray(0, length % 4 === 0 ? length % bytes.length : bytes.length);
        const walked = attempt(() => walkLogsRequest(cut, bounds).records);
        const decoded = attempt(() => [...decodeLogsRequest(cut)].length);
        // The decoder leaves a record at its first fault of text, so it may not see a fault of structure behind it.
        if (typeof walked === "number") expect(decoded).toBe(walked);
        else expect(["malformed_protobuf", "number"]).toContain(typeof decoded === "number" ? "number" : decoded);
      }),
      { numRuns: 500 },
    );
  });
});

function attempt(run: () => number): number | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof TaffrailError) return error.code;
    throw error;
  }
}

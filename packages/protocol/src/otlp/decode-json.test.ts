import { TaffrailError } from "@taffrail/contracts";
import { describe, expect, test } from "vitest";
import type { DecodedItem } from "./decode.ts";
import { decodeLogsJson } from "./decode-json.ts";

const time = "1795338000000000000";

/** A request with the given log records, as JSON text. */
const request = (...logRecords: readonly unknown[]): string =>
  JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });

const items = (json: string): DecodedItem[] => [...decodeLogsJson(json)];

function recordOf(json: string): Record<string, unknown> {
  const [item] = items(json);
  if (!item || "error" in item) throw item?.error ?? new Error("no record");
  return { ...item.record };
}

describe("the OTLP/JSON mapping", () => {
  const value = (wire: unknown): unknown => {
    const { attributes } = recordOf(request({ timeUnixNano: time, attributes: [{ key: "k", value: wire }] }));
    return (attributes as Record<string, unknown>).k;
  };
  const values: readonly (readonly [string, unknown, unknown])[] = [
    ["text", { stringValue: "a" }, "a"],
    ["empty text", { stringValue: "" }, ""],
    ["an integer as text", { intValue: "42" }, 42],
    ["an integer as a number", { intValue: 42 }, 42],
    ["an integer beyond 2^53", { intValue: "9007199254740993" }, 9007199254740993n],
    ["a negative one", { intValue: "-9223372036854775808" }, -9223372036854775808n],
    ["a double", { doubleValue: 0.5 }, 0.5],
    ["a double as text", { doubleValue: "NaN" }, Number.NaN],
    ["a boolean", { boolValue: false }, false],
    ["bytes stay base64", { bytesValue: "AQI=" }, "AQI="],
    ["a list", { arrayValue: { values: [{ intValue: 1 }, { stringValue: "b" }, {}] } }, [1, "b", null]],
    ["an empty list", { arrayValue: {} }, []],
    ["a map", { kvlistValue: { values: [{ key: "x", value: { boolValue: true } }] } }, { x: true }],
    ["unset", {}, null],
    ["absent", undefined, null],
  ];
  test.each(values)("%s", (_name, wire, expected) => expect(value(wire)).toEqual(expected));

  test("integers beyond 2^53 written as numbers stay exact", () => {
    const json = request({ timeUnixNano: 1, attributes: [{ key: "k", value: { intValue: 2 } }] })
      .replace('"timeUnixNano":1', `"timeUnixNano":${time}`)
      .replace('"intValue":2', '"intValue":9007199254740993');
    expect(recordOf(json)).toMatchObject({ timeUnixNano: time, attributes: { k: 9007199254740993n } });
  });

  test("ids are hex in any case; others are none", () => {
    const traceId = "4BF92F3577B34DA6A3CE929D0E0E4736";
    expect(recordOf(request({ traceId, spanId: "00F067AA0BA902B7", flags: 257 }))).toMatchObject({
      traceId: traceId.toLowerCase(),
      spanId: "00f067aa0ba902b7",
      traceFlags: 1,
    });
    expect(recordOf(request({ traceId: "AAAA==", spanId: "0000000000000000" }))).toMatchObject({
      traceId: "",
      spanId: "",
    });
  });

  test("unknown fields and nulls are ignored, a time of observation stands in", () => {
    const record = { timeUnixNano: "0", observedTimeUnixNano: time, later: { x: [1] }, severityText: null, body: null };
    expect(recordOf(request(record))).toMatchObject({ timeUnixNano: time, severityText: "", body: "" });
  });

  test("of duplicate keys the last wins, also in attributes", () => {
    const twice = [
      { key: "a", value: { intValue: 1 } },
      { key: "a", value: { intValue: 2 } },
    ];
    const json = request({ attributes: twice, severityText: "X" }).replace(
      '"severityText":"X"',
      '"severityText":"Y","severityText":"Z"',
    );
    expect(recordOf(json)).toMatchObject({ severityText: "Z", attributes: { a: 2 } });
  });

  test("an empty request has no records", () => {
    for (const json of ["{}", '{"resourceLogs":[]}', '{"resourceLogs":null}', '{"resourceLogs":[{}]}'])
      expect(items(json)).toEqual([]);
  });
});

describe("wrong types", () => {
  const path = "resourceLogs[0].scopeLogs[0].logRecords[1]";
  const records: readonly (readonly [unknown, string])[] = [
    [{ timeUnixNano: "soon" }, `${path}.timeUnixNano`],
    [{ timeUnixNano: -1 }, `${path}.timeUnixNano`],
    [{ timeUnixNano: 1.5 }, `${path}.timeUnixNano`],
    [{ severityNumber: "SEVERITY_NUMBER_INFO" }, `${path}.severityNumber`],
    [{ severityText: 5 }, `${path}.severityText`],
    [{ body: "bare text" }, `${path}.body`],
    [{ body: { stringValue: {} } }, `${path}.body.stringValue`],
    [{ attributes: { a: 1 } }, `${path}.attributes`],
    [{ attributes: ["a"] }, `${path}.attributes[0]`],
    [{ attributes: [{ key: 1 }] }, `${path}.attributes[0].key`],
    [{ attributes: [{ key: "a", value: { boolValue: "yes" } }] }, `${path}.attributes[0].value.boolValue`],
    [{ attributes: [{ key: "a", value: { doubleValue: "x" } }] }, `${path}.attributes[0].value.doubleValue`],
    [
      { attributes: [{ key: "a", value: { arrayValue: { values: 5 } } }] },
      `${path}.attributes[0].value.arrayValue.values`,
    ],
    [{ traceId: 5 }, `${path}.traceId`],
    ["a record", path],
  ];
  test.each(records)("%j is cut out with its path, the others go on", (bad, where) => {
    const [before, item, after] = items(request({ severityText: "A" }, bad, { severityText: "B" }));
    expect(before).toHaveProperty("record");
    expect(after).toHaveProperty("record");
    expect(item).toMatchObject({ error: { code: "wrong_field_type", details: { path: where } } });
  });

  test("a resource of a wrong type is the fault of each of its records", () => {
    const scopeLogs = [{ logRecords: [{}, {}] }];
    const json = JSON.stringify({ resourceLogs: [{ resource: 5, scopeLogs }, { scopeLogs }] });
    expect(items(json).map((item) => ("error" in item ? item.error.details.path : "ok"))).toEqual([
      "resourceLogs[0].resource",
      "resourceLogs[0].resource",
      "ok",
      "ok",
    ]);
  });

  test.each([
    ["[]", "wrong_field_type"],
    ['{"resourceLogs":{}}', "wrong_field_type"],
    ['{"resourceLogs":[5]}', "wrong_field_type"],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":"x"}]}]}', "wrong_field_type"],
    ['{"resourceLogs":[', "malformed_json"],
    ["", "malformed_json"],
  ])("%s fails as a whole: %s", (json, code) => {
    expect(() => items(json)).toThrow(TaffrailError);
    try {
      items(json);
    } catch (error) {
      expect(error).toMatchObject({ code, status: 400 });
    }
  });

  test("depth 10,000: that record alone", () => {
    const deep = `${'{"arrayValue":{"values":['.repeat(10_000)}{}${"]}}".repeat(10_000)}`;
    const json = request({}, { body: "DEEP" }, {}).replace('"DEEP"', deep);
    expect(items(json).map((item) => ("error" in item ? item.error.code : "ok"))).toEqual([
      "ok",
      "record_too_deep",
      "ok",
    ]);
  });

  test("depth of a million: the whole request, before it is parsed", () => {
    expect(() => items("[".repeat(1_000_000))).toThrow("deeper than 100000 levels");
  });
});

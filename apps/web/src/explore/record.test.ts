import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeRecord } from "../testdata/fake-record.ts";
import { decodeState, initialState } from "../url/explore-state.ts";
import { columnTracks, tableColumns } from "./columns.ts";
import { opensAtFirst, orderFacets } from "./facet-order.ts";
import { highlightPattern, markParts } from "./highlights.ts";
import { jsonParts } from "./json-parts.ts";
import { permalinkSearch } from "./permalink.ts";
import { bytesWords, countWords, elapsedWords, roughly } from "./quantity.ts";
import { fieldGroups, fieldText, previewOf, stacksOf } from "./record-fields.ts";
import { shortcutOf, shortcutTable } from "./shortcuts.ts";
import { snippetsFor } from "./snippets.ts";
import { layoutSql } from "./sql-layout.ts";

const record = fakeRecord({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  attributes: { "http.route": "/orders", duration_ms: 12.5, "err.stack": "Error: x\n  at y", level: "gold" },
  resource: { "host.name": "node-1", "http.route": "/resource" },
  scopeName: "http",
});

describe("fields of a record", () => {
  it("are found under the names of the query language", () => {
    expect(fieldText(record, "service")).toBe("checkout");
    expect(fieldText(record, "http.route")).toBe("/orders");
    expect(fieldText(record, "resource.http.route")).toBe("/resource");
    expect(fieldText(record, "host")).toBe("node-1");
    expect(fieldText(record, "@level")).toBe("gold");
    expect(fieldText(record, "level")).toBe("info");
    expect(fieldText(record, "nothing")).toBe("");
  });

  it("are grouped, each with the name that filters by it", () => {
    const groups = fieldGroups(record);
    expect(groups.map((group) => group.title)).toEqual(["Attributes", "Trace", "Record", "Resource", "Scope"]);
    for (const line of groups.flatMap((group) => group.lines)) expect(fieldText(record, line.field)).toBe(line.value);
    expect(groups[0]?.lines.map((line) => line.key)).toEqual(["duration_ms", "http.route", "level"]);
    expect(groups[0]?.lines[0]?.isNumber).toBe(true);
  });

  it("show stacks apart, causes last, and not in the preview", () => {
    const caused = fakeRecord({ attributes: { "err.cause.stack": "b", "err.stack": "a", code: 1, a: "x".repeat(90) } });
    expect(stacksOf(caused).map((view) => view.stack)).toEqual(["a", "b"]);
    expect(previewOf(caused, [], 5).map((line) => line.key)).toEqual(["code"]);
    expect(previewOf(caused, ["code"], 5)).toEqual([]);
  });
});

describe("columns", () => {
  it("are time, level, service, the added ones, message", () => {
    const columns = tableColumns(["http.route"], { longTimes: false, compact: false });
    expect(columns.map((column) => column.id)).toEqual(["time", "level", "service", "http.route", "message"]);
    expect(columnTracks(columns).template).toMatch(/minmax\(18rem, 1fr\)$/);
    expect(tableColumns([], { longTimes: true, compact: true }).map((column) => column.id)).toEqual([
      "time",
      "level",
      "message",
    ]);
  });
});

describe("JSON", () => {
  it("stays the same text in pieces", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value, null, 2);
        expect(
          jsonParts(json)
            .map((part) => part.text)
            .join(""),
        ).toBe(json);
      }),
      { seed: 3 },
    );
  });

  it("tells keys from texts", () => {
    const kinds = jsonParts('{"a": "b", "c": [1.5e3, null]}').filter((part) => part.kind !== "plain");
    expect(kinds.map((part) => `${part.kind} ${part.text}`)).toEqual([
      'key "a"',
      'string "b"',
      'key "c"',
      "number 1.5e3",
      "word null",
    ]);
  });
});

describe("permalink", () => {
  it("opens the record in a fixed range around it, without a tail", () => {
    const reference = { id: "7", time: "2026-11-22T09:00:00.123456789Z" };
    const state = decodeState(permalinkSearch({ ...initialState, live: true, query: "x" }, reference));
    expect(state).toMatchObject({ record: reference, live: false, query: "x", range: { kind: "absolute" } });
    const { range } = state;
    const time = Date.UTC(2026, 10, 22, 9, 0, 0, 123);
    expect(range.kind === "absolute" && range.from < time && time < range.to).toBe(true);
  });
});

describe("quantities", () => {
  it("are short", () => {
    expect(countWords(12_408)).toBe("12,408");
    expect([0, 900, 1536, 1_048_576, 5e11].map(bytesWords)).toEqual([
      "0 bytes",
      "900 bytes",
      "1.5 KiB",
      "1 MiB",
      "466 GiB",
    ]);
    expect([20, 2000, 576_000, 5_400_000, 864_000_000].map(roughly)).toEqual([
      "20 ms",
      "2 seconds",
      "9.6 minutes",
      "1.5 hours",
      "10 days",
    ]);
    expect([24.3, 1234, 120_000].map(elapsedWords)).toEqual(["24 ms", "1.2 s", "2 min"]);
  });
});

describe("keys", () => {
  const press = { ctrlKey: false, metaKey: false, altKey: false, target: "page" as const };

  it("belong to one shortcut each", () => {
    const keys = shortcutTable.flatMap((entry) => entry.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("work on the page, not while somebody types or holds a modifier", () => {
    expect(shortcutOf({ ...press, key: "t" }, false)).toBe("live");
    expect(shortcutOf({ ...press, key: "t", target: "text" }, false)).toBeUndefined();
    expect(shortcutOf({ ...press, key: "t", ctrlKey: true }, false)).toBeUndefined();
    expect(shortcutOf({ ...press, key: "Enter", target: "control" }, false)).toBeUndefined();
    expect(shortcutOf({ ...press, key: "t", target: "control" }, false)).toBe("live");
  });

  it("of one character can be switched off", () => {
    expect(shortcutOf({ ...press, key: "j" }, true)).toBeUndefined();
    expect(shortcutOf({ ...press, key: "ArrowDown" }, true)).toBe("next");
  });
});

describe("snippets", () => {
  it("name this server", () => {
    for (const snippet of snippetsFor("http://127.0.0.1:5000")) expect(snippet.code).toContain("http://127.0.0.1:5000");
    const words = (origin: string) => snippetsFor(origin).find((snippet) => snippet.id === "otel")?.words;
    expect(words("http://127.0.0.1:4318")).not.toBe(words("http://127.0.0.1:5000"));
  });
});

describe("SQL", () => {
  it("is broken at its outer clauses only", () => {
    expect(layoutSql("SELECT a, (SELECT b FROM c) FROM t WHERE x = ' FROM \\' ' AND (y OR z) ORDER BY a LIMIT 2")).toBe(
      [
        "SELECT a, (SELECT b FROM c)",
        "FROM t",
        "WHERE x = ' FROM \\' '",
        "  AND (y OR z)",
        "ORDER BY a",
        "LIMIT 2",
      ].join("\n"),
    );
  });

  it("changes nothing but blanks", () => {
    const words = fc.constantFrom("SELECT", "FROM", "AND", "(", ")", "'a AND b'", "x", "ORDER BY", '"');
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (parts) => {
        const sql = parts.join(" ");
        expect(layoutSql(sql).replace(/\s+/g, " ")).toBe(sql.replace(/\s+/g, " "));
      }),
      { seed: 5 },
    );
  });
});

describe("order of facets", () => {
  const facet = (field: string, distinct: number, value = "v") => ({
    field,
    distinct,
    more: false,
    values: [{ value, count: 1 }],
  });

  it("puts what divides the records before ids and before what all have in common", () => {
    const facets = [
      facet("user.id", 240),
      facet("env", 1),
      facet("http.route", 7),
      facet("service", 60),
      facet("stack", 3, "a\n  at b"),
      facet("level", 4),
      { ...facet("none", 0), values: [] },
    ];
    const ordered = orderFacets(facets);
    expect(ordered.map(({ field }) => field)).toEqual(["level", "service", "http.route", "user.id", "env"]);
    expect(ordered.map(opensAtFirst)).toEqual([true, true, true, false, false]);
  });
});

describe("highlights", () => {
  const marked = (query: string, text: string): string =>
    markParts(text, highlightPattern(query))
      .map((part) => (part.marked ? `[${part.text}]` : part.text))
      .join("");

  it("mark words and phrases in any case, not what is excluded or asked of fields", () => {
    expect(marked("timeout", "Timeout after timeout")).toBe("[Timeout] after [timeout]");
    expect(marked('"timed out" OR late', "it timed out late")).toBe("it [timed out] [late]");
    expect(marked("-timeout service:timeout level:error", "timeout")).toBe("timeout");
    expect(marked("", "text")).toBe("text");
    expect(marked("(broken", "broken")).toBe("broken");
    expect(marked('"a.b*"', "a.b* axb")).toBe("[a.b*] axb");
  });
});

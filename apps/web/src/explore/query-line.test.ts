import { parseQuery } from "@taffrail/query";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applySuggestion, completionAt, quoteValue, rankSuggestions } from "./completion.ts";
import { filterLookup, withoutField, withPart } from "./filters.ts";
import { queryExamples } from "./query-examples.ts";
import { addToHistory, historyMax, parseHistory } from "./query-history.ts";
import { paintQuery } from "./query-paint.ts";

/** The caret stands where the text has a bar. */
const place = (text: string) => completionAt(text.replace("|", ""), text.indexOf("|"));
const suggestion = (text: string) => ({ text, insert: text, detail: "" });

describe("what can be completed", () => {
  it.each([
    ["|", "field", "", ""],
    ["serv|", "field", "", "serv"],
    ["level:error serv|", "field", "", "serv"],
    ["-serv|", "field", "", "serv"],
    ["(a OR serv|)", "field", "", "serv"],
    ["service:|", "value", "service", ""],
    ["service:che|ck", "value", "service", "che"],
    ['service:"check out|', "value", "service", "check out"],
    ["level:>=wa|", "value", "level", "wa"],
    ['"quoted text|', "field", "", '"quoted text'],
  ])("%s", (text, kind, field, prefix) => expect(place(text)).toMatchObject({ kind, field, prefix }));

  it("replaces the whole word and puts the caret behind", () => {
    const apply = (text: string, insert: string) => {
      const bare = text.replace("|", "");
      const done = applySuggestion(bare, place(text), insert);
      return `${done.text.slice(0, done.caret)}|${done.text.slice(done.caret)}`;
    };
    expect(apply("serv|", "service:")).toBe("service:|");
    expect(apply("-se|rv level:error", "service:")).toBe("-service:| level:error");
    expect(apply("level:>=wa|", "warn")).toBe("level:>=warn |");
    expect(apply("service:ch|e x", "checkout")).toBe("service:checkout| x");
    expect(apply("(service:ch|)", '"check out"')).toBe('(service:"check out"|)');
  });

  it("ranks beginnings before middles and leaves out what is written already", () => {
    const list = ["http.route", "route", "routing", "level"].map(suggestion);
    expect(rankSuggestions(list, "rout").map(({ text }) => text)).toEqual(["route", "routing", "http.route"]);
    expect(rankSuggestions([suggestion("route")], "route")).toEqual([]);
    expect(
      rankSuggestions(
        Array.from({ length: 40 }, (_, index) => suggestion(`a${index}`)),
        "a",
      ),
    ).toHaveLength(10);
  });

  it("quotes values that would be read as something else", () => {
    expect(quoteValue("checkout")).toBe("checkout");
    expect(quoteValue("timed out")).toBe('"timed out"');
    expect(quoteValue("OR")).toBe('"OR"');
    expect(quoteValue('say "hi"')).toBe('"say \\"hi\\""');
    expect(quoteValue("a*b")).toBe('"a*b"');
    const query = `service:${quoteValue("check (out)")}`;
    expect(filterLookup(query)("service", "check (out)")).toBe("include");
  });
});

describe("colours", () => {
  it("never change the text", () => {
    const texts = fc.oneof(fc.string(), fc.constantFrom('a:"b', "(x OR", "n:[1 TO 2]", "-level:>=warn /re", "  "));
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 12 }), (text, column) => {
        const mistake = { column, length: 2, reason: "", hint: "" };
        const joined = paintQuery(text, mistake).map((piece) => piece.text);
        expect(joined.join("").trimEnd()).toBe(text.trimEnd());
      }),
      { seed: 11 },
    );
  });

  it("mark fields and the place of a mistake", () => {
    expect(paintQuery("level:error", undefined).map(({ text, paint }) => [text, paint])).toEqual([
      ["level:", "field-name"],
      ["error", "text"],
    ]);
    const wrong = paintQuery("level:error", { column: 8, length: 2, reason: "", hint: "" });
    expect(wrong.filter((piece) => piece.wrong).map(({ text }) => text)).toEqual(["rr"]);
    const missing = paintQuery("level:", { column: 7, length: 1, reason: "", hint: "" });
    expect(missing.at(-1)).toMatchObject({ text: " ", wrong: true });
  });
});

describe("filters of a query", () => {
  it("are seen only where they hold for the whole query", () => {
    const mode = filterLookup("level:error -service:cart (route:a OR route:b) (x:1 y:2 OR z:3)");
    expect(mode("level", "error")).toBe("include");
    expect(mode("service", "cart")).toBe("exclude");
    expect(mode("route", "b")).toBe("include");
    expect(mode("service", "checkout")).toBeUndefined();
    expect(filterLookup("(broken")("level", "error")).toBeUndefined();
  });

  it("of one field can be taken out", () => {
    expect(withoutField("level:error service:cart", "service")).toBe("level:error");
    expect(withoutField("service:cart", "service")).toBe("");
    expect(withoutField("(service:a OR service:b) timeout", "service")).toBe("timeout");
    expect(withoutField("-level:debug timeout", "level")).toBe("timeout");
    expect(withoutField("timeout", "service")).toBeUndefined();
    expect(withoutField("(broken", "service")).toBeUndefined();
  });

  it("can ask for a part of a value", () => {
    expect(withPart("level:error OR x", "http.route", "a*/b")).toBe("(level:error OR x) http.route:/(?i)a\\*\\/b/");
    expect(withPart("", "city", "Köln (West)")).toBe("city:/(?i)Köln \\(West\\)/");
    expect(parseQuery(withPart("x", "city", "a]b[\\")).ok).toBe(true);
  });
});

describe("history", () => {
  it("keeps each query once, newest first, and not without end", () => {
    expect(addToHistory(["a", "b"], " b ")).toEqual(["b", "a"]);
    expect(addToHistory(["a"], "  ")).toEqual(["a"]);
    const many = Array.from({ length: 80 }, (_, index) => `q${index}`).reduce<readonly string[]>(addToHistory, []);
    expect(many).toHaveLength(historyMax);
    expect(many[0]).toBe("q79");
  });

  it.each([undefined, "{", '{"a":1}', "[1,2]"])("reads %j as none", (saved) => expect(parseHistory(saved)).toEqual([]));
});

describe("the examples of the help", () => {
  it.each(queryExamples.map(([query]) => query))("%s is a query", (query) => expect(parseQuery(query).ok).toBe(true));
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Baggage, baggageLimits, formatBaggage, parseBaggage } from "./baggage.ts";

const values = (text: string): Record<string, string> =>
  Object.fromEntries([...parseBaggage(text)].map(([key, { value }]) => [key, value]));
const baggage = (entries: Readonly<Record<string, string>>): Baggage =>
  new Map(Object.entries(entries).map(([key, value]) => [key, { value }]));

describe("reading baggage", () => {
  it.each([
    [
      "userId=alice,serverNode=DF%2028,isProduction=false",
      { userId: "alice", serverNode: "DF 28", isProduction: "false" },
    ],
    ["a = 1 ,\tb=2 ", { a: "1", b: "2" }],
    ["a=x=y", { a: "x=y" }],
    ["a=", { a: "" }],
    ["a=1,a=2", { a: "2" }],
    ["", {}],
    ["sm%C3%B6r=1", { "sm%C3%B6r": "1" }],
    ["name=Am%C3%A9lie", { name: "Amélie" }],
    ["bad=%C3%28", { bad: "\ufffd(" }],
    ["half=%4", { half: "%4" }],
  ])("%s", (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it("leaves out what is not valid, and keeps the rest", () => {
    expect(values('novalue,=1,a b=1,x="quoted",y=back\\slash,z=é,good=1')).toEqual({ good: "1" });
  });

  it("keeps properties for the next service", () => {
    const read = parseBaggage("a=1 ; ttl = 5 ;private; no good,b=2");
    expect(read.get("a")).toEqual({ value: "1", properties: "ttl=5;private" });
    expect(formatBaggage(read)).toBe("a=1;ttl=5;private,b=2");
  });

  it("reads no more than 180 members and 8192 bytes, and never half a value", () => {
    const many = Array.from({ length: 500 }, (_, n) => `k${n}=v`).join(",");
    expect(parseBaggage(many).size).toBe(baggageLimits.members);
    const long = Array.from({ length: 20 }, (_, n) => `k${n}=${"v".repeat(997)}`).join(",");
    const read = parseBaggage(long);
    expect([read.size, new Set([...read.values()].map(({ value }) => value.length))]).toEqual([8, new Set([997])]);
    expect(parseBaggage(`a=${"v".repeat(9000)}`).size).toBe(0);
  });

  it("survives any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const written = formatBaggage(parseBaggage(text));
        expect(formatBaggage(parseBaggage(written))).toBe(written);
      }),
    );
  });
});

describe("writing baggage", () => {
  it("reads back as it was", () => {
    const key = fc.string({ unit: fc.constantFrom(..."abcXYZ019!#$%&'*+-.^_`|~"), minLength: 1, maxLength: 12 });
    const value = fc.string({ unit: "grapheme", maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 10 }), (entries) => {
        expect(values(formatBaggage(baggage(entries)))).toEqual({ ...entries });
      }),
    );
  });

  it("mends a lone surrogate, leaves out names that cannot be written", () => {
    expect(formatBaggage(baggage({ a: "x\ud800y", "b c": "1", "": "2", d: "," }))).toBe("a=x%EF%BF%BDy,d=%2C");
  });

  it("writes whole members only, within the limits", () => {
    const many = formatBaggage(baggage(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, "v"]))));
    expect(many.split(",").length).toBe(180);
    const text = formatBaggage(
      baggage({ huge: "é".repeat(5000), large: "x".repeat(8000), more: "x".repeat(500), small: "1" }),
    );
    expect([text.length <= 8192, text.split(",").map((member) => member.split("=")[0])]).toEqual([
      true,
      ["large", "small"],
    ]);
  });
});

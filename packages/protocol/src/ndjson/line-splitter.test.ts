import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLineSplitter, type SplitLine } from "./line-splitter.ts";

function split(chunks: readonly Uint8Array[], lineBytesMax?: number): SplitLine[] {
  const lines: SplitLine[] = [];
  const splitter = createLineSplitter(lineBytesMax === undefined ? {} : { lineBytesMax });
  for (const chunk of chunks) splitter.push(chunk, (line) => lines.push(line));
  splitter.end((line) => lines.push(line));
  return lines;
}

const texts = (...chunks: readonly string[]): string[] =>
  split(chunks.map((chunk) => Buffer.from(chunk))).map(({ text }) => text);

describe("lines", () => {
  test.each([
    ["LF", ["a\nb\n"], ["a", "b"]],
    ["CRLF", ["a\r\nb\r\n"], ["a", "b"]],
    ["no end of the last line", ["a\nb"], ["a", "b"]],
    ["blank lines are lines", ["a\n\nb\n"], ["a", "", "b"]],
    ["cut anywhere", ["a", "b\nc", "\n", "d"], ["ab", "c", "d"]],
    ["CRLF cut in the middle", ["a\r", "\nb"], ["a", "b"]],
    ["a byte-order mark at the start only", ["\ufeffa\n\ufeffb\n"], ["a", "\ufeffb"]],
    ["nothing", [], []],
    ["a carriage return inside stays", ["a\rb\n"], ["a\rb"]],
  ])("%s", (_name, chunks, expected) => expect(texts(...chunks)).toEqual(expected));

  test("numbers and bytes add up", () => {
    const lines = split([Buffer.from("ab\r\n\nc")]);
    expect(lines.map(({ number, bytes }) => [number, bytes])).toEqual([
      [1, 4],
      [2, 1],
      [3, 1],
    ]);
  });

  test("invalid UTF-8 is told with its offset in the line and disturbs no other", () => {
    const lines = split([
      Buffer.concat([Buffer.from("ok\nab"), Buffer.from([0xff, 0x63]), Buffer.from("\nfine \ufffd\n")]),
    ]);
    expect(lines[0]?.error).toBeUndefined();
    expect(lines[1]).toMatchObject({
      number: 2,
      text: "ab\ufffdc",
      error: { code: "invalid_utf8", details: { offset: 2 } },
    });
    expect(lines[2]).toEqual({ number: 3, text: "fine \ufffd", bytes: 9 });
  });

  test("a line above the limit is stepped over, however it is cut, and its size is told", () => {
    const long = "x".repeat(25);
    for (const chunks of [
      [`${long}\nnext\n`],
      [...long, "\n", "next"],
      [long.slice(0, 12), `${long.slice(12)}\nnext`],
    ]) {
      const lines = split(
        chunks.map((chunk) => Buffer.from(chunk)),
        10,
      );
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatchObject({
        number: 1,
        bytes: 26,
        error: { code: "record_too_large", details: { limit: 10, size: 26 } },
      });
      expect(lines[1]).toMatchObject({ number: 2, text: "next" });
    }
    expect(split([Buffer.from("0123456789\n")], 10)[0]?.error).toBeUndefined();
  });

  test("bytes cut at random give the same lines as in one piece", () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((raw) => raw.map((byte) => (byte % 5 === 0 ? 10 : byte)));
    fc.assert(
      fc.property(bytes, fc.nat(60), fc.nat(60), (body, one, other) => {
        const [first, second] = [Math.min(one, other), Math.max(one, other)];
        const pieces = split([body.subarray(0, first), body.subarray(first, second), body.subarray(second)], 20);
        const whole = split([body], 20);
        expect(JSON.stringify(pieces)).toBe(JSON.stringify(whole));
        expect(whole.reduce((sum, line) => sum + line.bytes, 0)).toBe(body.length);
      }),
      { numRuns: 500 },
    );
  });
});

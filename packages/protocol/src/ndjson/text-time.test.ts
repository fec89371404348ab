import { expect, test } from "vitest";
import { createLineParser } from "./line-parser.ts";
import { leadingTime } from "./text-time.ts";

function yearOf(line: string, received: string): string | undefined {
  const found = leadingTime(line, Date.parse(received));
  return found && new Date(Number(found.time) / 1e6).toISOString();
}

test.each([
  ["Nov 22 11:00:00 x", "2026-11-22T11:00:01Z", "2026-11-22T11:00:00.000Z"],
  ["Dec 31 23:59:59 x", "2027-01-01T00:00:01Z", "2026-12-31T23:59:59.000Z"],
  ["Jan  1 00:00:01 x", "2026-12-31T23:59:59Z", "2027-01-01T00:00:01.000Z"],
  ["Nov 24 11:00:00 x", "2026-11-22T11:00:00Z", "2025-11-24T11:00:00.000Z"],
])("the year of %s, received at %s", (line, received, time) => expect(yearOf(line, received)).toBe(time));

test.each(["Foo 22 11:00:00 x", "Nov 32 11:00:00 x", "2026-11/22 11:00:00 x", "2026/11/22", "[Sun Nov 22 2026] x", ""])(
  "%s starts with no time",
  (line) => expect(leadingTime(line, Date.parse("2026-11-22T11:00:00Z"))).toBeUndefined(),
);

const long = 1024 * 1024 - 100;
test.each([
  ["blanks behind a time", `2026/11/22 11:00:00${" ".repeat(long)}x`],
  ["a word without end", `2026/11/22 11:00:00 ${"a.".repeat(long / 2)}`],
  ["structured data without end", `<165>1 2026-11-22T11:00:00Z host app 1 ID [${'a="b" '.repeat(long / 6)}`],
  ["an open quote", `<165>1 2026-11-22T11:00:00Z host app 1 ID [a="${'\\"'.repeat(long / 2)}`],
  ["open brackets", `<165>1 2026-11-22T11:00:00Z host app 1 ID ${"[".repeat(long)}`],
  ["empty elements", `<165>1 2026-11-22T11:00:00Z host app 1 ID ${"[]".repeat(long / 2)}x`],
])("a hostile line of 1 MiB is a record: %s", (_name, line) => {
  expect(createLineParser().parse(line, Date.parse("2026-11-22T11:00:00Z"))).toHaveProperty("record");
});

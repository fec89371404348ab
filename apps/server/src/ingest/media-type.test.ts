import { expect, test } from "vitest";
import { linesForm, otlpForm } from "./media-type.ts";

test.each([
  [undefined, true, false],
  ["text/plain; charset=utf-8", true, false],
  ["application/x-www-form-urlencoded", true, false],
  ["Application/X-WWW-Form-Urlencoded; charset=utf-8", true, false],
  ["application/x-ndjson", false, false],
  ["application/json", false, true],
])("lines of %s", (type, plainText, wholeJson) => {
  expect(linesForm(type)).toEqual({ plainText, wholeJson });
});

test("what is no text is refused, and OTLP is never a form", () => {
  expect(() => linesForm("image/png")).toThrow("image/png is not supported");
  expect(() => otlpForm("application/x-www-form-urlencoded")).toThrow("is not supported");
});

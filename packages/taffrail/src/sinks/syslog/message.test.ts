import type { EncodedRecord, Level } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { cutMessage, type MessageOptions, syslogMessage } from "./message.ts";

const recordOf = (fields: object = {}, level: Level = "info", audit = false): EncodedRecord => ({
  level,
  audit,
  line: `${JSON.stringify({ time: "2026-11-02T09:00:00.123Z", level, service: "shop", msg: "paid", ...fields })}\n`,
});
const show = (record: EncodedRecord, options: Partial<MessageOptions> = {}): string =>
  syslogMessage({
    format: "rfc5424",
    content: "json",
    facility: 1,
    appName: undefined,
    hostname: "box",
    processId: 7,
    ...options,
  })(record);

describe("syslogMessage", () => {
  it("writes RFC 5424 with the line as the message", () => {
    const record = recordOf({ total: 9 });
    expect(show(record)).toBe(`<14>1 2026-11-02T09:00:00.123Z box shop 7 - - ${record.line.trimEnd()}`);
  });

  it("writes RFC 3164 in the zone of the machine", () => {
    const local = new Date("2026-11-02T09:00:00.123Z").toTimeString().slice(0, 8);
    const text = show(recordOf(), { format: "rfc3164", content: "structured-data" });
    expect(text).toMatch(/^<14>Nov {2}[12] /);
    expect(text).toContain(` ${local} box shop[7]: paid`);
  });

  it.each([
    ["trace", 7],
    ["debug", 7],
    ["info", 6],
    ["warn", 4],
    ["error", 3],
    ["fatal", 2],
  ] as const)("gives %s the severity %i", (level, severity) => {
    expect(show(recordOf({}, level), { facility: 16 })).toMatch(new RegExp(`^<${16 * 8 + severity}>1 `));
  });

  it("gives an audit record notice, or more", () => {
    expect(show(recordOf({}, "info", true))).toMatch(/^<13>/);
    expect(show(recordOf({}, "error", true))).toMatch(/^<11>/);
  });

  it("writes fields as structured data, escaped, and forges nothing", () => {
    const fields = { msg: "two\nlines \u001b[2J", quote: '"]\\', user: { id: 5, tags: ["a"] }, 'a="] b': "x\ny" };
    expect(show(recordOf(fields), { content: "structured-data" })).toBe(
      '<14>1 2026-11-02T09:00:00.123Z box shop 7 - [taffrail@32473 quote="\\"\\]\\\\" user.id="5" ' +
        'user.tags="[\\"a\\"\\]" a____b="x\\\\ny"] two\\nlines \\x1b[2J',
    );
    expect(show(recordOf(), { content: "structured-data" })).toBe("<14>1 2026-11-02T09:00:00.123Z box shop 7 - - paid");
  });

  it("keeps names of the header in their form", () => {
    const names = { appName: "my app ü\n", hostname: "a b" };
    expect(show(recordOf(), names)).toContain(" a_b my_app___ 7 ");
    expect(show(recordOf({ service: "x".repeat(100) }))).toContain(` ${"x".repeat(48)} 7 `);
    expect(show(recordOf({ service: "" }))).toContain(" box - 7 ");
    expect(show({ level: "info", line: "no json\n" })).toBe("<14>1 - box - 7 - - no json");
  });
});

describe("cutMessage", () => {
  it("leaves what fits, and marks what it cuts, between characters", () => {
    const fits = Buffer.from("x".repeat(100));
    expect(cutMessage(fits, 100)).toBe(fits);
    for (let length = 480; length < 490; length++) {
      const text = Buffer.from(cutMessage(Buffer.from("😀漢é".repeat(500)), length)).toString();
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(length);
      expect(text).not.toContain("\ufffd");
      expect(text).toMatch(/… \[cut, 4500 bytes\]$/);
    }
  });
});

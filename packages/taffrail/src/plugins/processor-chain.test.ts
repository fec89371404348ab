import type { Processor } from "@taffrail/contracts";
import { awkwardLines } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { makeHost, manifestOf } from "./testdata/make-host.ts";

function processorOf(
  process: (...given: Parameters<Processor["process"]>) => unknown,
  more: Partial<Processor["manifest"]> = {},
): Processor {
  return { manifest: manifestOf("processor", more), process: process as Processor["process"] };
}

const line = '{"a":1}\n';

describe("processors", () => {
  it("work one after the other, each on the line of the one before", () => {
    const add = (text: string) => processorOf((record) => record.line.replace("}", `,${text}}`));
    const { processors } = makeHost([add('"b":2'), add('"c":3')]).host;
    expect(processors.active).toBe(true);
    expect(processors.process(line, "info", false)).toBe('{"a":1,"b":2,"c":3}\n');
    expect(makeHost([]).host.processors.active).toBe(false);
  });

  it("filter records, but no audit records", () => {
    const { host } = makeHost([processorOf(() => undefined)]);
    expect(host.processors.process(line, "info", false)).toBeUndefined();
    expect(host.processors.failed).toBe(false);
    expect(host.processors.process(line, "info", true)).toBe(line);
    expect(host.stats()[0]).toMatchObject({ calls: 2, filtered: 1, errors: { invalid: 1 } });
  });

  it.each<[string, string, () => unknown]>([
    [
      "throws",
      "throw",
      () => {
        throw new Error("boom");
      },
    ],
    ["gives a promise", "invalid", () => Promise.reject(new Error("late"))],
    ["gives a line without its end", "invalid", () => "{}"],
    ["gives two lines", "invalid", () => "{}\n{}\n"],
    ["gives nothing but an end", "invalid", () => "\n"],
    ["gives null", "invalid", () => null],
  ])("are passed over when one %s, or the record is dropped if it fails closed", (_, kind, process) => {
    const open = makeHost([processorOf(process)]).host;
    expect(open.processors.process(line, "info", false)).toBe(line);
    expect(open.stats()[0]).toMatchObject({ errors: { [kind]: 1 }, filtered: 0 });
    const closed = makeHost([processorOf(process, { failMode: "closed" })]).host;
    expect(closed.processors.process(line, "info", false)).toBeUndefined();
    expect(closed.processors.failed).toBe(true);
    expect(closed.stats()[0]).toMatchObject({ errors: { [kind]: 1 }, filtered: 1 });
  });

  it("see the level and whether it is an audit record, and cannot change the line in place", () => {
    const seen: unknown[] = [];
    const { processors } = makeHost([
      processorOf((record) => {
        seen.push([record.level, record.audit]);
        (record as { line: string }).line = "{}\n";
        return line;
      }),
    ]).host;
    for (const { level, audit } of awkwardLines().slice(-2)) {
      expect(processors.process(line, level, audit === true)).toBe(line);
    }
    expect(seen).toEqual([
      ["error", undefined],
      ["info", true],
    ]);
  });

  it("are left out while they keep failing", () => {
    let calls = 0;
    const { host, clock } = makeHost([
      processorOf(() => {
        calls += 1;
        return "junk";
      }),
    ]);
    for (let count = 0; count < 40; count += 1) host.processors.process(line, "info", false);
    expect(calls).toBe(20);
    clock.advance(30_000);
    host.processors.process(line, "info", false);
    expect(calls).toBe(21);
  });
});

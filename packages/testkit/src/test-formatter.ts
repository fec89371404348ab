import type { EncodedRecord, Formatter } from "@taffrail/contracts";
import { awkwardLines } from "./record-view.ts";
import {
  closeSubject,
  expectNow,
  lifecycleObligations,
  type PluginSubject,
  pluginSubject,
  startSubject,
} from "./test-lifecycle.ts";
import { expectManifest, runSuite, type SuiteOptions } from "./test-suite.ts";

/** A line and the text that the formatter makes of it. */
export interface FormatterExample {
  readonly record: EncodedRecord;
  readonly gives: string;
}

/** A formatter that is to be tested, with examples of what it does. */
export interface FormatterUnderTest {
  readonly formatter: Formatter;
  readonly examples: readonly FormatterExample[];
}

export type FormatterObligation = keyof typeof obligations;

export type FormatterSuiteOptions = SuiteOptions<FormatterObligation>;

interface Subject extends PluginSubject<Formatter>, FormatterUnderTest {}

function recordOf(fields: object): EncodedRecord {
  const record = { time: "2026-11-22T09:00:00.000Z", level: "info", service: "suite", ...fields };
  return { level: "info", line: `${JSON.stringify(record)}\n` };
}

/** Clears a terminal, and names its window. */
const terminalCommands = ["\u001b[2J", "\u001b]0;owned\u0007", "\u009b2J"];
const forged = "2026-11-22T09:00:00.000Z FATAL forged";

const obligations = {
  "describes itself": ({ plugin, expect }: Subject) => expectManifest(plugin, "formatter", expect),
  "gives text that ends in a line feed": async (subject: Subject) => {
    const formatter = await startSubject(subject);
    for (const record of awkwardLines()) {
      const text: unknown = formatter.format(record);
      expectNow(text, subject.expect);
      subject.expect(typeof text === "string" && text.endsWith("\n"), "text with its line feed").toBe(true);
    }
  },
  "does not change its record": async (subject: Subject) => {
    const formatter = await startSubject(subject);
    for (const frozen of awkwardLines()) {
      const record = { ...frozen };
      formatter.format(record);
      subject.expect(record).toEqual(frozen);
    }
  },
  "gives the same text for the same record": async (subject: Subject) => {
    const formatter = await startSubject(subject);
    const all = (): string[] => awkwardLines().map((record) => formatter.format(record));
    subject.expect(all()).toEqual(all());
  },
  "shows the message": async (subject: Subject) => {
    const formatter = await startSubject(subject);
    subject.expect(formatter.format(recordOf({ msg: "order placed" })).includes("order placed"), "message").toBe(true);
  },
  "lets no text command the terminal": async (subject: Subject) => {
    const formatter = await startSubject(subject);
    for (const command of terminalCommands) {
      const text = formatter.format(recordOf({ msg: `a${command}b`, field: command, [`key${command}`]: 1 }));
      subject.expect(text.includes(command), "a terminal command is let through").toBe(false);
    }
  },
  "lets no text forge a line": async (subject: Subject) => {
    const formatter = await startSubject(subject);
    for (const breaking of ["\n", "\r", "\r\n"]) {
      const text = formatter.format(recordOf({ msg: `a${breaking}${forged}`, field: `b${breaking}${forged}` }));
      const lines = text.split(/[\r\n]+/);
      subject
        .expect(
          lines.some((line) => line.startsWith(forged)),
          "a text begins a line of its own",
        )
        .toBe(false);
    }
  },
  "does what it should do": async (subject: Subject) => {
    const formatter = await startSubject(subject);
    subject.expect(subject.examples.length > 0, "no example").toBe(true);
    for (const { record, gives } of subject.examples) subject.expect(formatter.format(record)).toBe(gives);
  },
  ...lifecycleObligations,
} as const satisfies Readonly<Record<string, (subject: Subject) => Promise<void> | void>>;

/**
 * Runs the obligations of the formatter contract. `make` is called anew for each of them and gives examples of what the formatter does.
 *
 * @example
 * const record = { level: "info", line: '{"level":"info","msg":"hi"}\n' } as const;
 * testFormatter("short", () => ({ formatter: short(), examples: [{ record, gives: "I hi\n" }] }), { runner: { describe, expect, it } });
 */
export function testFormatter(name: string, make: () => FormatterUnderTest, options: FormatterSuiteOptions): void {
  runSuite<Subject, FormatterObligation>({
    ...options,
    title: `${name} as a formatter`,
    obligations,
    open: () => {
      const made = make();
      return { ...made, ...pluginSubject(made.formatter, options.runner) };
    },
    end: closeSubject,
  });
}

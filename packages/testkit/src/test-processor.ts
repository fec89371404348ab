import type { EncodedRecord, Processor } from "@taffrail/contracts";
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

/** A line and what the processor makes of it; undefined: it filters the record. */
export interface ProcessorExample {
  readonly record: EncodedRecord;
  readonly gives: string | undefined;
}

/** A processor that is to be tested, with examples of what it does, worked on one after the other. */
export interface ProcessorUnderTest {
  readonly processor: Processor;
  readonly examples: readonly ProcessorExample[];
}

export type ProcessorObligation = keyof typeof obligations;

export type ProcessorSuiteOptions = SuiteOptions<ProcessorObligation>;

interface Subject extends PluginSubject<Processor>, ProcessorUnderTest {}

function isLine(line: unknown): line is string {
  return typeof line === "string" && line.length > 1 && line.indexOf("\n") === line.length - 1;
}

const obligations = {
  "describes itself": ({ plugin, expect }: Subject) => expectManifest(plugin, "processor", expect),
  "gives one line, or nothing": async (subject: Subject) => {
    const processor = await startSubject(subject);
    for (const record of awkwardLines()) {
      const line: unknown = processor.process(record);
      expectNow(line, subject.expect);
      subject.expect(line === undefined || isLine(line), "a single line that ends in a line feed").toBe(true);
    }
  },
  "gives lines that are JSON objects": async (subject: Subject) => {
    const processor = await startSubject(subject);
    for (const record of awkwardLines()) {
      const line = processor.process(record);
      if (line !== undefined) subject.expect(typeof JSON.parse(line)).toBe("object");
    }
  },
  "filters no audit record": async (subject: Subject) => {
    const processor = await startSubject(subject);
    for (const record of awkwardLines()) {
      subject.expect(isLine(processor.process({ ...record, audit: true })), "an audit record goes on").toBe(true);
    }
  },
  "does not change its record": async (subject: Subject) => {
    const processor = await startSubject(subject);
    for (const frozen of awkwardLines()) {
      const record = { ...frozen };
      processor.process(record);
      subject.expect(record).toEqual(frozen);
    }
  },
  "does what it should do": async (subject: Subject) => {
    const processor = await startSubject(subject);
    subject.expect(subject.examples.length > 0, "no example").toBe(true);
    for (const { record, gives } of subject.examples) subject.expect(processor.process(record)).toBe(gives);
  },
  ...lifecycleObligations,
} as const satisfies Readonly<Record<string, (subject: Subject) => Promise<void> | void>>;

/**
 * Runs the obligations of the processor contract. `make` is called anew for each of them and gives examples of what the processor does.
 *
 * @example
 * const record = { level: "info", line: '{"a":1}\n' } as const;
 * const make = () => ({ processor: stamp("eu"), examples: [{ record, gives: '{"a":1,"region":"eu"}\n' }] });
 * testProcessor("stamp", make, { runner: { describe, expect, it } });
 */
export function testProcessor(name: string, make: () => ProcessorUnderTest, options: ProcessorSuiteOptions): void {
  runSuite<Subject, ProcessorObligation>({
    ...options,
    title: `${name} as a processor`,
    obligations,
    open: () => {
      const made = make();
      return { ...made, ...pluginSubject(made.processor, options.runner) };
    },
    end: closeSubject,
  });
}

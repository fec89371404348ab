import type { Filter, RecordView } from "@taffrail/contracts";
import { awkwardRecords, recordView } from "./record-view.ts";
import {
  closeSubject,
  expectNow,
  lifecycleObligations,
  type PluginSubject,
  pluginSubject,
  startSubject,
} from "./test-lifecycle.ts";
import { expectManifest, runSuite, type SuiteOptions } from "./test-suite.ts";

/** A filter that is to be tested, with examples of what it does. */
export interface FilterUnderTest {
  readonly filter: Filter;
  /** Records that a new filter keeps, asked one after the other. */
  readonly keeps: readonly RecordView[];
  /** Records that it then does not keep. */
  readonly filters: readonly RecordView[];
}

export type FilterObligation = keyof typeof obligations;

export type FilterSuiteOptions = SuiteOptions<FilterObligation>;

interface Subject extends PluginSubject<Filter>, FilterUnderTest {}

const manyRecords = 20_000;

const obligations = {
  "describes itself": ({ plugin, expect }: Subject) => expectManifest(plugin, "filter", expect),
  "answers true or false for every record": async (subject: Subject) => {
    const filter = await startSubject(subject);
    for (const record of awkwardRecords()) {
      const kept: unknown = filter.keep(record);
      expectNow(kept, subject.expect);
      subject.expect(typeof kept).toBe("boolean");
    }
  },
  "does not change records": async (subject: Subject) => {
    const filter = await startSubject(subject);
    const [fields, context] = [{ user: { id: 1 }, list: [1, 2] }, { requestId: "r-1" }];
    const before = JSON.stringify([fields, context]);
    filter.keep(recordView({ fields, context }));
    subject.expect(JSON.stringify([fields, context])).toBe(before);
  },
  "keeps what it should keep": async (subject: Subject) => {
    const filter = await startSubject(subject);
    subject.expect(subject.keeps.length > 0, "no example in `keeps`").toBe(true);
    for (const record of subject.keeps) subject.expect(filter.keep(record)).toBe(true);
  },
  "filters what it should filter": async (subject: Subject) => {
    const filter = await startSubject(subject);
    subject.expect(subject.filters.length > 0, "no example in `filters`").toBe(true);
    for (const record of subject.keeps) filter.keep(record);
    for (const record of subject.filters) subject.expect(filter.keep(record)).toBe(false);
  },
  "goes on through many different records": async (subject: Subject) => {
    const filter = await startSubject(subject);
    for (let index = 0; index < manyRecords; index += 1) {
      const traceId = index.toString(16).padStart(32, "0");
      const kept: unknown = filter.keep(recordView({ message: `message ${index}`, traceId, fields: { index } }));
      if (typeof kept !== "boolean") subject.expect(kept, `record ${index}`).toBe(true);
    }
  },
  "tells of what it held back in whole records": async (subject: Subject) => {
    const filter = await startSubject(subject);
    for (const record of [...subject.keeps, ...subject.filters]) filter.keep(record);
    await filter.flush?.(new AbortController().signal);
    await closeSubject(subject);
    for (const { level, message, fields } of subject.emitted) {
      subject.expect(["trace", "debug", "info", "warn", "error", "fatal"]).toContain(level);
      subject.expect(typeof message === "string" && message !== "", "a message").toBe(true);
      subject.expect(fields === undefined || typeof fields === "object", "fields are an object").toBe(true);
    }
  },
  ...lifecycleObligations,
} as const satisfies Readonly<Record<string, (subject: Subject) => Promise<void> | void>>;

/**
 * Runs the obligations of the filter contract. `make` is called anew for each of them and gives examples of what the filter does.
 *
 * @example
 * const make = () => ({ filter: noHealthChecks(), keeps: [recordView()], filters: [recordView({ fields: { path: "/health" } })] });
 * testFilter("noHealthChecks", make, { runner: { describe, expect, it } });
 */
export function testFilter(name: string, make: () => FilterUnderTest, options: FilterSuiteOptions): void {
  runSuite<Subject, FilterObligation>({
    ...options,
    title: `${name} as a filter`,
    obligations,
    open: () => {
      const made = make();
      return { ...made, ...pluginSubject(made.filter, options.runner) };
    },
    end: closeSubject,
  });
}

import type { Enricher, RecordView } from "@taffrail/contracts";
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

/** An enricher that is to be tested, with an example of what it does. */
export interface EnricherUnderTest {
  readonly enricher: Enricher;
  /** All fields that it adds to `record`, constants included. */
  readonly adds: object;
  /** Default: a plain record. */
  readonly record?: RecordView;
}

export type EnricherObligation = keyof typeof obligations;

export type EnricherSuiteOptions = SuiteOptions<EnricherObligation>;

interface Subject extends PluginSubject<Enricher>, EnricherUnderTest {}

function isFields(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const obligations = {
  "describes itself": ({ plugin, expect }: Subject) => expectManifest(plugin, "enricher", expect),
  "gives fields or nothing for every record": async (subject: Subject) => {
    const enricher = await startSubject(subject);
    for (const record of awkwardRecords()) {
      const fields: unknown = enricher.enrich?.(record);
      expectNow(fields, subject.expect);
      subject.expect(fields === undefined || isFields(fields), "an object or undefined").toBe(true);
    }
  },
  "gives fields that can be written": async (subject: Subject) => {
    const enricher = await startSubject(subject);
    for (const record of awkwardRecords()) {
      subject.expect(typeof JSON.stringify({ ...enricher.constants, ...enricher.enrich?.(record) })).toBe("string");
    }
  },
  "does not change records": async (subject: Subject) => {
    const enricher = await startSubject(subject);
    const [fields, context] = [{ user: { id: 1 }, list: [1, 2] }, { requestId: "r-1" }];
    const before = JSON.stringify([fields, context]);
    enricher.enrich?.(recordView({ fields, context }));
    subject.expect(JSON.stringify([fields, context])).toBe(before);
  },
  "does not change what it gave frozen": async (subject: Subject) => {
    const enricher = await startSubject(subject);
    const given = new Map<object, string>();
    for (const record of [...awkwardRecords(), ...awkwardRecords()]) {
      const fields = enricher.enrich?.(record);
      if (fields !== undefined && Object.isFrozen(fields) && !given.has(fields))
        given.set(fields, JSON.stringify(fields));
    }
    for (const [fields, before] of given) subject.expect(JSON.stringify(fields)).toBe(before);
  },
  "has constants that stay as they are": async (subject: Subject) => {
    const enricher = await startSubject(subject);
    const before = JSON.stringify(enricher.constants);
    for (const record of awkwardRecords()) enricher.enrich?.(record);
    subject.expect(JSON.stringify(enricher.constants)).toBe(before);
    subject.expect(enricher.constants === undefined || isFields(enricher.constants), "constants").toBe(true);
  },
  "adds what it should add": async (subject: Subject) => {
    const enricher = await startSubject(subject);
    const fields = { ...enricher.constants, ...enricher.enrich?.(subject.record ?? recordView()) };
    subject.expect(fields).toEqual(subject.adds);
  },
  ...lifecycleObligations,
} as const satisfies Readonly<Record<string, (subject: Subject) => Promise<void> | void>>;

/**
 * Runs the obligations of the enricher contract. `make` is called anew for each of them and gives an example of what the enricher adds.
 *
 * @example
 * const make = () => ({ enricher: hostEnricher("web-1"), adds: { host: "web-1" } });
 * testEnricher("hostEnricher", make, { runner: { describe, expect, it } });
 */
export function testEnricher(name: string, make: () => EnricherUnderTest, options: EnricherSuiteOptions): void {
  runSuite<Subject, EnricherObligation>({
    ...options,
    title: `${name} as an enricher`,
    obligations,
    open: () => {
      const made = make();
      return { ...made, ...pluginSubject(made.enricher, options.runner) };
    },
    end: closeSubject,
  });
}

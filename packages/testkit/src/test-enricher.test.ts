import { type Enricher, pluginApiVersion } from "@taffrail/contracts";
import { type EnricherObligation, type EnricherUnderTest, testEnricher } from "./test-enricher.ts";
import { brokenLifecycle, proveSuite } from "./testdata/prove-suite.ts";

const manifest = { name: "host", kind: "enricher", apiVersion: pluginApiVersion } as const;
const quiet = Object.freeze({ loud: false });
const loud = Object.freeze({ loud: true });
const good: Enricher = {
  manifest,
  constants: { host: "web-1" },
  enrich: (record) => (record.level === "error" || record.level === "fatal" ? loud : quiet),
};
const subject = (more: Partial<Enricher> = {}): EnricherUnderTest => ({
  enricher: { ...good, ...more },
  adds: { host: "web-1", loud: false },
});
const lifecycle = Object.fromEntries(
  Object.entries(brokenLifecycle).map(([obligation, members]) => [obligation, () => subject(members)]),
) as Record<keyof typeof brokenLifecycle, () => EnricherUnderTest>;

proveSuite<EnricherUnderTest, EnricherObligation>({
  name: "testEnricher",
  run: (make, runner, deviations) => testEnricher("subject", make, { runner, deviations }),
  good: subject,
  broken: {
    ...lifecycle,
    "describes itself": () => subject({ manifest: { ...manifest, name: "Host!" } }),
    "gives fields or nothing for every record": () => subject({ enrich: (async () => ({ late: true })) as never }),
    "gives fields that can be written": () => subject({ enrich: () => ({ count: 1n }) }),
    "does not change records": () =>
      subject({
        enrich: (record) => {
          (record.context as Record<string, unknown>).seen = true;
          return undefined;
        },
      }),
    "does not change what it gave frozen": () => {
      const inner = { count: 0 };
      const fields = Object.freeze({ inner });
      return subject({
        enrich: () => {
          inner.count += 1;
          return fields;
        },
      });
    },
    "has constants that stay as they are": () => {
      const constants = { count: 0 };
      return subject({
        constants,
        enrich: () => {
          constants.count += 1;
          return undefined;
        },
      });
    },
    "adds what it should add": () => subject({ constants: { host: "web-2" } }),
  },
});

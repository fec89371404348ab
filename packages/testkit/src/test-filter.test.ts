import { type Filter, type PluginContext, pluginApiVersion, type RecordView } from "@taffrail/contracts";
import { recordView } from "./record-view.ts";
import { type FilterObligation, type FilterUnderTest, testFilter } from "./test-filter.ts";
import { brokenLifecycle, proveSuite } from "./testdata/prove-suite.ts";

const manifest = { name: "no-health-checks", kind: "filter", apiVersion: pluginApiVersion } as const;

/** Leaves out health checks, and tells at the end how many there were. */
function noHealthChecks(): Filter {
  let context: PluginContext | undefined;
  let count = 0;
  return {
    manifest,
    start(given) {
      context = given;
    },
    keep(record) {
      const keep = record.get("path") !== "/health";
      if (!keep) count += 1;
      return keep;
    },
    async flush() {
      if (count > 0) context?.emit("info", `${count} health checks`, { count });
      count = 0;
    },
    async close() {},
  };
}

const check = recordView({ fields: { path: "/health" } });
const subject = (more: Partial<Filter> = {}): FilterUnderTest => ({
  filter: { ...noHealthChecks(), ...more },
  keeps: [recordView()],
  filters: [check],
});
const lifecycle = Object.fromEntries(
  Object.entries(brokenLifecycle).map(([obligation, members]) => [obligation, () => subject(members)]),
) as Record<keyof typeof brokenLifecycle, () => FilterUnderTest>;

proveSuite<FilterUnderTest, FilterObligation>({
  name: "testFilter",
  run: (make, runner, deviations) => testFilter("subject", make, { runner, deviations }),
  good: subject,
  broken: {
    ...lifecycle,
    "describes itself": () => subject({ manifest: { ...manifest, kind: "sink" as never } }),
    "answers true or false for every record": () =>
      subject({ keep: (() => Promise.reject(new Error("late"))) as never }),
    "does not change records": () =>
      subject({
        keep: (record: RecordView) => {
          (record.fields as Record<string, unknown>).seen = true;
          return true;
        },
      }),
    "keeps what it should keep": () => subject({ keep: () => false }),
    "filters what it should filter": () => ({ ...subject(), filters: [] }),
    "goes on through many different records": () => {
      const seen = new Set<string>();
      return subject({
        keep: (record) => {
          if (seen.add(record.message).size > 10_000) throw new RangeError("too many keys");
          return true;
        },
      });
    },
    "tells of what it held back in whole records": () => {
      let context: PluginContext | undefined;
      return subject({
        start: (given) => {
          context = given;
        },
        flush: async () => context?.emit("info", ""),
      });
    },
  },
});

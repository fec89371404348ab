import { dropReasons, type Health, type Ledger } from "@taffrail/contracts";
import type { LatencyView } from "./latency.ts";
import type { CallStats, LoggerStats, PluginStats, SinkStats, SpoolStats } from "./stats.ts";

export type Labels = Readonly<Record<string, string>>;

/** One series. */
export interface Point {
  readonly labels: Labels;
  readonly value: number | LatencyView;
}

/** One metric, in the words of OpenTelemetry; the Prometheus name follows from name, unit and kind. */
export interface Family {
  /** Dotted, without unit: `taffrail.sink.queue.size`. */
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  /** `By`, `s`, `1` (a share), or a noun in braces. */
  readonly unit: string;
  readonly help: string;
  readonly points: readonly Point[];
}

/** Most kinds of error that become a label value; what comes after counts as `other`. */
const mostKinds = 32;
/** Most characters of a label value. */
const longestLabel = 200;

type Read<T> = (item: T) => readonly Point[];
interface Shape<T> extends Omit<Family, "points"> {
  readonly read: Read<T>;
}

const label = (text: string): string => (text.length > longestLabel ? `${text.slice(0, longestLabel)}…` : text);

/** One point without further labels. */
const one =
  <T>(read: (item: T) => number | LatencyView): Read<T> =>
  (item) => [{ labels: {}, value: read(item) }];

/** One point for each key of a count; bounded. */
function byKey(key: string, counts: Readonly<Record<string, number | undefined>>): readonly Point[] {
  const entries = Object.entries(counts).map(([name, count]) => [name, count ?? 0] as const);
  const rest = entries.slice(mostKinds).reduce((sum, [, count]) => sum + count, 0);
  const points = entries.slice(0, mostKinds).map(([name, value]) => ({ labels: { [key]: label(name) }, value }));
  return rest === 0 ? points : [...points, { labels: { [key]: "other" }, value: rest }];
}

/** One point for each state, 1 for the one that holds: such a series can be summed and alerted on. */
function states(key: string, all: readonly string[], current: string): readonly Point[] {
  return all.map((state) => ({ labels: { [key]: state }, value: state === current ? 1 : 0 }));
}

const statuses: readonly Health["status"][] = ["healthy", "degraded", "unhealthy"];
const knownReasons: ReadonlySet<string> = new Set(dropReasons);

/** The five counts of a ledger, at a prefix. */
function ledgerShapes<T>(prefix: string, where: string, read: (item: T) => Ledger): readonly Shape<T>[] {
  const unit = "{record}";
  const counter = { kind: "counter", unit } as const;
  return [
    {
      ...counter,
      name: `${prefix}.accepted`,
      help: `Records that ${where} took in.`,
      read: one((item) => read(item).accepted),
    },
    {
      ...counter,
      name: `${prefix}.delivered`,
      help: `Records that ${where} delivered.`,
      read: one((item) => read(item).delivered),
    },
    {
      ...counter,
      name: `${prefix}.filtered`,
      help: `Records that ${where} left out by rule.`,
      read: one((item) => read(item).filtered),
    },
    {
      ...counter,
      name: `${prefix}.dropped`,
      help: `Records that ${where} gave up, by reason.`,
      read: (item) =>
        byKey(
          "reason",
          Object.fromEntries(Object.entries(read(item).dropped).filter(([reason]) => knownReasons.has(reason))),
        ),
    },
    {
      kind: "gauge",
      unit,
      name: `${prefix}.pending`,
      help: `Records that wait at ${where}.`,
      read: one((item) => read(item).pending),
    },
  ];
}

function callShapes<T extends CallStats>(prefix: string, what: string): readonly Shape<T>[] {
  return [
    {
      name: `${prefix}.errors`,
      kind: "counter",
      unit: "{error}",
      help: `Failed calls of ${what}, by kind.`,
      read: ({ errors }) => byKey("kind", errors),
    },
    {
      name: `${prefix}.duration`,
      kind: "histogram",
      unit: "s",
      help: `Time that calls of ${what} take.`,
      read: one(({ latency }) => latency),
    },
  ];
}

const loggerShapes: readonly Shape<LoggerStats>[] = [
  {
    name: "taffrail.logger.info",
    kind: "gauge",
    unit: "{logger}",
    help: "Always 1; its label tells the level.",
    read: ({ level }) => [{ labels: { level }, value: 1 }],
  },
  ...ledgerShapes<LoggerStats>("taffrail.records", "the logger", ({ ledger }) => ledger),
  {
    name: "taffrail.buffer.fill",
    kind: "gauge",
    unit: "1",
    help: "Share of the fullest buffer that is taken, 0 to 1.",
    read: one(({ pressure }) => pressure.fill),
  },
  {
    name: "taffrail.shedding.step",
    kind: "gauge",
    unit: "{step}",
    help: "What is left out under pressure: 0 nothing, 1 trace and debug, 2 most info too, 3 all below warn.",
    read: one(({ pressure }) => pressure.shedding),
  },
];

const sinkShapes: readonly Shape<SinkStats>[] = [
  ...ledgerShapes<SinkStats>("taffrail.sink.records", "the sink", ({ ledger }) => ledger),
  ...callShapes<SinkStats>("taffrail.sink.write", "the sink"),
  {
    name: "taffrail.sink.written",
    kind: "counter",
    unit: "By",
    help: "Bytes that the sink has taken.",
    read: one(({ bytes }) => bytes),
  },
  {
    name: "taffrail.sink.retries",
    kind: "counter",
    unit: "{retry}",
    help: "Batches that were given to the sink again.",
    read: one(({ retries }) => retries),
  },
  {
    name: "taffrail.sink.fallback.records",
    kind: "counter",
    unit: "{record}",
    help: "Records that went to the fallback of the sink.",
    read: one(({ fellBack }) => fellBack),
  },
  {
    name: "taffrail.sink.breaker",
    kind: "gauge",
    unit: "{state}",
    help: "1 for the state of the breaker before the sink.",
    read: ({ breaker }) => states("state", ["closed", "open", "half-open"], breaker),
  },
  {
    name: "taffrail.sink.health",
    kind: "gauge",
    unit: "{state}",
    help: "1 for the health of the sink.",
    read: ({ health }) => states("status", statuses, health.status),
  },
  {
    name: "taffrail.sink.queue.length",
    kind: "gauge",
    unit: "{record}",
    help: "Records in the buffer of the sink.",
    read: one(({ queue }) => queue.records),
  },
  {
    name: "taffrail.sink.queue.size",
    kind: "gauge",
    unit: "By",
    help: "Bytes in the buffer of the sink.",
    read: one(({ queue }) => queue.bytes),
  },
  {
    name: "taffrail.sink.queue.limit",
    kind: "gauge",
    unit: "By",
    help: "Bytes that the buffer of the sink may take.",
    read: one(({ queue }) => queue.limitBytes),
  },
];

const pluginShapes: readonly Shape<PluginStats>[] = [
  ...callShapes<PluginStats>("taffrail.plugin.call", "the plugin"),
  {
    name: "taffrail.plugin.filtered",
    kind: "counter",
    unit: "{record}",
    help: "Records that the plugin filtered or dropped.",
    read: one(({ filtered }) => filtered),
  },
  {
    name: "taffrail.plugin.suspended",
    kind: "gauge",
    unit: "{plugin}",
    help: "1 while the plugin is left out because it fails.",
    read: one(({ suspended }) => (suspended ? 1 : 0)),
  },
  {
    name: "taffrail.plugin.health",
    kind: "gauge",
    unit: "{state}",
    help: "1 for the health of the plugin.",
    read: ({ health }) => states("status", statuses, health.status),
  },
];

const spoolGauges: readonly (readonly [keyof SpoolStats, string, string, string])[] = [
  ["records", "taffrail.spool.length", "{record}", "Records on disk."],
  ["bytes", "taffrail.spool.size", "By", "Bytes on disk."],
  ["heldRecords", "taffrail.spool.held", "{record}", "Records that only memory has, because the disk refuses them."],
  ["limitBytes", "taffrail.spool.limit", "By", "Bytes that the spool may take."],
  ["segments", "taffrail.spool.segments", "{segment}", "Files of the spool."],
  ["quarantinedSegments", "taffrail.spool.quarantined.segments", "{segment}", "Damaged files that were put aside."],
  ["quarantinedBytes", "taffrail.spool.quarantined.size", "By", "Bytes of damaged files that were put aside."],
];
const spoolShapes: readonly Shape<SpoolStats>[] = spoolGauges.map(([key, name, unit, help]) => ({
  name,
  unit,
  help,
  kind: "gauge",
  read: one((spool) => spool[key]),
}));

/** An item and the labels of all its points. */
type Labelled<T> = readonly [Labels, T];

function collect<T>(shapes: readonly Shape<T>[], items: readonly Labelled<T>[]): readonly Family[] {
  return shapes.map(({ read, ...family }) => ({
    ...family,
    points: items.flatMap(([own, item]) =>
      read(item).map(({ labels, value }) => ({ labels: { ...own, ...labels }, value })),
    ),
  }));
}

/** A series must be told once: of several loggers of one service the later ones have a number too. */
function loggerLabels(all: readonly LoggerStats[], index: number): Labels {
  const service = all[index]?.service ?? "";
  const before = all.slice(0, index).filter((other) => other.service === service).length;
  return { service: label(service), ...(before === 0 ? {} : { logger: String(before + 1) }) };
}

/**
 * All metrics of some logger families. The number of series is bounded by the number of sinks and plugins.
 *
 * @example metricFamilies([log.stats()]).find(({ name }) => name === "taffrail.records.accepted")
 */
export function metricFamilies(all: readonly LoggerStats[]): readonly Family[] {
  const loggers = all.map((stats, index) => [loggerLabels(all, index), stats] as const);
  const sinks = loggers.flatMap(([own, { sinks: list }]) =>
    list.map((sink) => [{ ...own, sink: label(sink.name) }, sink] as const),
  );
  const plugins = loggers.flatMap(([own, { plugins: list }]) =>
    list.map((plugin) => [{ ...own, plugin: label(plugin.name), type: plugin.kind }, plugin] as const),
  );
  const spools = loggers.flatMap(([own, { spool }]) => (spool === undefined ? [] : [[own, spool] as const]));
  return [
    ...collect(loggerShapes, loggers),
    ...collect(sinkShapes, sinks),
    ...collect(pluginShapes, plugins),
    ...collect(spoolShapes, spools),
  ];
}

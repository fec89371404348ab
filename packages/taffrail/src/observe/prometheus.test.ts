import { spawnSync } from "node:child_process";
// @ts-expect-error it has no types
import parse from "parse-prometheus-text-format";
import { describe, expect, it } from "vitest";
import { metricFamilies } from "./families.ts";
import { latencyBounds } from "./latency.ts";
import { metricsContentType, renderMetrics } from "./prometheus.ts";
import { ledger, sinkStats, stats } from "./testdata/stats.ts";

interface Parsed {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly metrics: readonly {
    readonly value?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

/** Read by a parser that others wrote; of histograms it reads no labels. */
const read = (text: string): ReadonlyMap<string, Parsed> =>
  new Map((parse(text) as Parsed[]).map((family) => [family.name, family]));

/** The values of the series that begin so, in the order in which they stand. */
const series = (text: string, begin: string): number[] =>
  text.split("\n").flatMap((line) => (line.startsWith(begin) ? [Number(line.slice(line.lastIndexOf(" ")))] : []));

describe("the metrics as Prometheus text", () => {
  it("are read by a third party as they were meant", () => {
    const families = read(renderMetrics(stats));
    const accepted = families.get("taffrail_records_accepted_total");
    expect(accepted).toEqual({
      name: "taffrail_records_accepted_total",
      type: "COUNTER",
      help: "Records that the logger took in.",
      metrics: [{ value: "100", labels: { service: "checkout" } }],
    });
    expect(families.get("taffrail_records_dropped_total")?.metrics).toEqual([
      { value: "4", labels: { service: "checkout", reason: "buffer-full" } },
      { value: "6", labels: { service: "checkout", reason: "shed" } },
    ]);
    expect(families.get("taffrail_sink_queue_size_bytes")?.metrics[0]).toEqual({
      value: "500",
      labels: { service: "checkout", sink: "http" },
    });
    expect(families.get("taffrail_buffer_fill_ratio")?.metrics[0]?.value).toBe("0.5");
    const breaker = families.get("taffrail_sink_breaker")?.metrics.filter(({ labels }) => labels?.sink === "file");
    expect(breaker?.map(({ value, labels }) => [labels?.state, value])).toEqual([
      ["closed", "0"],
      ["open", "1"],
      ["half-open", "0"],
    ]);
  });

  it("have histograms that add up", () => {
    const text = renderMetrics(stats);
    const name = "taffrail_sink_write_duration_seconds";
    expect(read(text).get(name)?.type).toBe("HISTOGRAM");
    const labels = 'service="checkout",sink="http"';
    const buckets = series(text, `${name}_bucket{${labels}`);
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    expect([buckets.length, buckets.at(-1), buckets.at(-2)]).toEqual([latencyBounds.length + 1, 3, 2]);
    expect(series(text, `${name}_bucket{${labels},le="0.005"}`)).toEqual([1]);
    expect(series(text, `${name}_bucket{${labels},le="+Inf"}`)).toEqual([3]);
    expect(series(text, `${name}_count{${labels}}`)).toEqual([3]);
    expect(series(text, `${name}_sum{${labels}}`)).toEqual([45.204]);
  });

  it("please promtool", () => {
    const { error, status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
      input: renderMetrics([stats, { ...stats, service: "billing" }]),
      encoding: "utf8",
    });
    if (error !== undefined) {
      console.log("promtool is not installed; the text is checked by a parser only");
      return;
    }
    expect([status, stdout + stderr]).toEqual([0, ""]);
  });

  it("tell every count of the ledger, for the logger and each sink", () => {
    const families = read(renderMetrics(stats));
    for (const where of ["taffrail_records", "taffrail_sink_records"]) {
      const value = (name: string): number => Number(families.get(`${where}_${name}`)?.metrics[0]?.value);
      expect([value("accepted_total"), value("delivered_total"), value("filtered_total"), value("pending")]).toEqual([
        ledger.accepted,
        ledger.delivered,
        ledger.filtered,
        ledger.pending,
      ]);
    }
  });

  it("tells no series twice, also of two loggers with one service", () => {
    const lines = renderMetrics([stats, stats]).split("\n");
    const series = lines
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.replace(/ \S+$/, ""));
    expect(new Set(series).size).toBe(series.length);
    expect(lines).toContain('taffrail_records_accepted_total{service="checkout",logger="2"} 100');
  });

  it("say each HELP and TYPE once, also for several loggers, and none for what has no series", () => {
    const text = renderMetrics([stats, { ...stats, service: "billing", spool: undefined }]);
    const heads = text.split("\n").filter((line) => line.startsWith("# TYPE"));
    expect(new Set(heads).size).toBe(heads.length);
    expect(renderMetrics({ ...stats, spool: undefined, plugins: [] })).not.toMatch(/spool|plugin/);
  });

  it("escape labels", () => {
    const text = renderMetrics({ ...stats, service: 'a"b\\c\nd' });
    expect(text).toContain('service="a\\"b\\\\c\\nd"');
    expect(read(text).size).toBeGreaterThan(10);
  });

  it("are bounded, whatever kinds of errors there are", () => {
    const errors = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`kind-${"x".repeat(500)}${index}`, 1]),
    );
    const families = metricFamilies([{ ...stats, sinks: [{ ...sinkStats, errors }] }]);
    const points = families.find(({ name }) => name === "taffrail.sink.write.errors")?.points ?? [];
    expect(points.length).toBe(33);
    expect(points.at(-1)).toMatchObject({ labels: { kind: "other" }, value: 468 });
    expect(points.every(({ labels }) => (labels.kind?.length ?? 0) <= 201)).toBe(true);
  });

  it("have the content type of the format", () => {
    expect(metricsContentType).toContain("version=0.0.4");
  });
});

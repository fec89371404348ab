import { type Family, type Labels, metricFamilies } from "./families.ts";
import { type LatencyView, latencyBounds } from "./latency.ts";
import type { LoggerStats } from "./stats.ts";

/** The content type of what `renderMetrics` gives. */
export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

const units: Readonly<Record<string, string>> = { By: "_bytes", s: "_seconds", "1": "_ratio" };

/** `taffrail.sink.written`, a counter in bytes, is `taffrail_sink_written_bytes_total`. */
function prometheusName({ name, unit, kind }: Family): string {
  return `${name.replaceAll(".", "_")}${units[unit] ?? ""}${kind === "counter" ? "_total" : ""}`;
}

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}

/** The lines of one histogram: its buckets add up from the smallest. */
function histogramLines(name: string, labels: Labels, { buckets, sum, count }: LatencyView): string {
  let below = 0;
  const lines = buckets.map((found, index) => {
    below += found;
    const le = numberText(latencyBounds[index] ?? Number.POSITIVE_INFINITY);
    return `${name}_bucket${labelText({ ...labels, le })} ${below}\n`;
  });
  const text = labelText(labels);
  return `${lines.join("")}${name}_sum${text} ${numberText(sum)}\n${name}_count${text} ${count}\n`;
}

function familyText(family: Family): string {
  if (family.points.length === 0) return "";
  const name = prometheusName(family);
  const lines = family.points.map(({ labels, value }) =>
    typeof value === "number"
      ? `${name}${labelText(labels)} ${numberText(value)}\n`
      : histogramLines(name, labels, value),
  );
  return `# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${family.kind}\n${lines.join("")}`;
}

/**
 * The metrics of one or more loggers in Prometheus text format 0.0.4.
 *
 * @example response.setHeader("content-type", metricsContentType).end(renderMetrics(log.stats()));
 */
export function renderMetrics(stats: LoggerStats | readonly LoggerStats[]): string {
  const all = Array.isArray(stats) ? (stats as readonly LoggerStats[]) : [stats as LoggerStats];
  return metricFamilies(all).map(familyText).join("");
}

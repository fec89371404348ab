/** One metric with all its series, as it is written in Prometheus text format. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** One line; what it counts and in which unit. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** For histograms: `_bucket`, `_sum`, `_count`; else empty. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const numberText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : Number.isNaN(value) ? "NaN" : String(value);

/**
 * Writes metrics in Prometheus text format 0.0.4. Families without samples are left out.
 *
 * @example renderMetrics([{ name: "up", type: "gauge", help: "1 while it runs.", samples: [{ value: 1 }] }])
 */
export function renderMetrics(families: readonly Family[]): string {
  return families
    .filter((family) => family.samples.length > 0)
    .map((family) => {
      const head = `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
      const lines = family.samples.map(
        ({ suffix = "", labels, value }) => `${family.name}${suffix}${labelText(labels)} ${numberText(value)}\n`,
      );
      return head + lines.join("");
    })
    .join("");
}

/** The content type that goes with it. */
export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

import { type Evidence, type Verdict, verdicts } from "./check.ts";

/** One check's outcome in a run. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly clauses: readonly string[];
  readonly verdict: Verdict;
  readonly summary: string;
  readonly evidence: Evidence;
  readonly remedy: string;
  readonly elapsedMs: number;
}

/** A run's outcome. It fails when any check fails, and when there was nothing to check. */
export interface CheckReport {
  readonly verdict: "pass" | "fail";
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly results: readonly CheckResult[];
}

/** Colours of a report; each function returns its text painted or as it is. */
export interface ReportPaint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly quiet: (text: string) => string;
}

const plain: ReportPaint = { good: (text) => text, bad: (text) => text, quiet: (text) => text };

/**
 * Sums up the results of a run. `startedAt` and `elapsedMs` are milliseconds.
 *
 * @example reportOf([], { startedAt: 0, elapsedMs: 0 }).verdict // "fail": nothing was proven
 */
export function reportOf(
  results: readonly CheckResult[],
  times: { readonly startedAt: number; readonly elapsedMs: number },
): CheckReport {
  const countOf = (verdict: Verdict): number => results.filter((result) => result.verdict === verdict).length;
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, countOf(verdict)])) as Record<Verdict, number>;
  const verdict = results.length > 0 && counts.fail === 0 ? "pass" : "fail";
  return {
    verdict,
    startedAt: new Date(times.startedAt).toISOString(),
    elapsedMs: times.elapsedMs,
    counts,
    results,
  };
}

const marks: Readonly<Record<Verdict, string>> = {
  pass: "pass",
  fail: "FAIL",
  "not-applicable": "n/a ",
  manual: "look",
};

function resultLines(result: CheckResult, paint: ReportPaint): string[] {
  const colour = result.verdict === "pass" ? paint.good : result.verdict === "fail" ? paint.bad : paint.quiet;
  const lines = [`${colour(marks[result.verdict])}  ${result.title}`, paint.quiet(`      ${result.summary}`)];
  // What was not examined has no remedy of its own: the check that it needs has.
  const wantsRemedy = result.verdict === "fail" || result.verdict === "manual";
  if (wantsRemedy && result.evidence.needs === undefined) lines.push(`      To do: ${result.remedy}`);
  return lines;
}

/**
 * A report for people: two lines a check, the remedy under each fail, a closing line with the counts. Ends in "\n".
 *
 * @example process.stdout.write(reportText(report));
 */
export function reportText(report: CheckReport, paint: ReportPaint = plain): string {
  const lines = report.results.flatMap((result) => resultLines(result, paint));
  const { pass, fail, manual } = report.counts;
  const parts = [`${pass} passed`, `${fail} failed`];
  if (manual > 0) parts.push(`${manual} to look at`);
  if (report.counts["not-applicable"] > 0) parts.push(`${report.counts["not-applicable"]} not applicable`);
  lines.push("", `${parts.join(", ")} in ${report.elapsedMs} ms.`);
  return `${lines.join("\n")}\n`;
}

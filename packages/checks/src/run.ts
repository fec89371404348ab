import type { Clock } from "@taffrail/contracts";
import { type Check, type Evidence, type Finding, fail, verdicts } from "./check.ts";
import { type CheckReport, type CheckResult, reportOf } from "./report.ts";

export interface RunOptions {
  readonly clock: Clock;
  /** For probes that set none, milliseconds. Default 10,000. */
  readonly deadlineMs?: number;
  /** Probes that run at the same time. Default 4. */
  readonly concurrency?: number;
  /** Abort ends the run: probes not finished by then are fails. */
  readonly signal?: AbortSignal;
  /** Called with each result as it arrives, in the order of finishing. */
  readonly onResult?: (result: CheckResult) => void;
}

const evidenceKeysMax = 50;
const evidenceTextMax = 500;
const summaryMax = 300;

const bounded = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

function boundedEvidence(evidence: Evidence): Evidence {
  const entries = Object.entries(evidence).slice(0, evidenceKeysMax);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? bounded(value, evidenceTextMax) : value]),
  );
}

/**
 * Judges what a probe returned: without a known verdict, a summary and evidence it is a fail, whatever it claims.
 *
 * @example judge({ verdict: "pass", summary: "all good", evidence: {} }).verdict // "fail"
 */
export function judge(finding: Finding): Finding {
  if (!(verdicts as readonly string[]).includes(finding.verdict))
    return fail(`The probe gave the unknown verdict ${String(finding.verdict)}.`, { verdict: String(finding.verdict) });
  if (Object.keys(finding.evidence).length === 0)
    return fail(`The probe said ${finding.verdict} without evidence.`, { claimed: finding.verdict });
  if (finding.summary === "")
    return fail(`The probe said ${finding.verdict} without a summary.`, { claimed: finding.verdict });
  return {
    verdict: finding.verdict,
    summary: bounded(finding.summary, summaryMax),
    evidence: boundedEvidence(finding.evidence),
  };
}

function thrown(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  return fail(`There is no evidence: ${message}`, { error: message });
}

/** Settles with the probe or with the deadline, whichever is first; a probe that hangs for ever keeps nothing waiting. */
function probeWithin<Subject>(
  check: Check<Subject>,
  subject: Subject,
  deadlineMs: number,
  outer: AbortSignal | undefined,
): Promise<Finding> {
  const abort = new AbortController();
  return new Promise((resolve) => {
    const settle = (finding: Finding): void => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", onOuter);
      resolve(finding);
      abort.abort();
    };
    const onOuter = (): void => settle(fail("The run was ended before the probe answered.", { aborted: true }));
    const onDeadline = (): void => settle(fail(`The probe did not answer within ${deadlineMs} ms.`, { deadlineMs }));
    const timer = setTimeout(onDeadline, deadlineMs);
    if (outer?.aborted) return onOuter();
    outer?.addEventListener("abort", onOuter);
    // The executor's own try: a probe may also throw before it returns a promise.
    Promise.resolve()
      .then(() => check.probe(subject, abort.signal))
      .then(
        (finding) => settle(judge(finding)),
        (error: unknown) => settle(thrown(error)),
      );
  });
}

const unexamined = (needs: string): Finding => fail(`Not examined, because ${needs} failed.`, { needs });

/** One run's work: results as they come, and who waits for whom. */
class Run<Subject> {
  readonly #subject: Subject;
  readonly #options: RunOptions;
  readonly #results = new Map<string, Promise<CheckResult>>();

  constructor(subject: Subject, options: RunOptions) {
    this.#subject = subject;
    this.#options = options;
  }

  /** Starts checks in their order, so that what one needs was started before it: nobody waits for a check that waits itself. */
  async runAll(checks: readonly Check<Subject>[]): Promise<CheckResult[]> {
    const waiting = [...checks.entries()];
    const results: CheckResult[] = [];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, check] = next;
        const running = this.#runOne(check);
        this.#results.set(check.id, running);
        const result = await running;
        results[index] = result;
        this.#options.onResult?.(result);
      }
    };
    const workers = Math.max(1, Math.min(this.#options.concurrency ?? 4, checks.length));
    await Promise.all(Array.from({ length: workers }, worker));
    return results;
  }

  async #runOne(check: Check<Subject>): Promise<CheckResult> {
    const { clock, deadlineMs = 10_000, signal } = this.#options;
    const { id, title, clauses, remedy, needs } = check;
    const began = clock.monotonic();
    const needed = needs === undefined ? undefined : await this.#results.get(needs);
    const finding =
      needs !== undefined && needed?.verdict !== "pass"
        ? unexamined(needs)
        : await probeWithin(check, this.#subject, check.deadlineMs ?? deadlineMs, signal);
    return { id, title, clauses, remedy, ...finding, elapsedMs: Math.round(clock.monotonic() - began) };
  }
}

/**
 * Runs checks against a subject. Never rejects: a probe that throws, hangs or gives no evidence is a fail with the reason as evidence. Results stand in the
 * order of `checks`.
 *
 * @example const report = await runChecks(doctorChecks, subject, { clock: systemClock });
 */
export async function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
  options: RunOptions,
): Promise<CheckReport> {
  const { clock } = options;
  const startedAt = clock.now();
  const start = clock.monotonic();
  const results = await new Run(subject, options).runAll(checks);
  return reportOf(results, { startedAt, elapsedMs: Math.round(clock.monotonic() - start) });
}

/** What a check can say. `manual` means that a person has to look, and the evidence says at what. */
export const verdicts = ["pass", "fail", "not-applicable", "manual"] as const;
export type Verdict = (typeof verdicts)[number];

/** What was observed, as flat facts that a reader can verify. Never put a secret or a record's content here: evidence is shown and kept. */
export type Evidence = Readonly<Record<string, string | number | boolean | null>>;

/** A probe's answer: the verdict, one sentence for people, and the facts it rests on. */
export interface Finding {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly evidence: Evidence;
}

/**
 * One thing that can be proven about a subject.
 *
 * `probe` is called once in a run, possibly beside other probes. It must stop soon after `signal` aborts, must change nothing that it does not put
 * back, and must return evidence with each verdict: a finding without evidence counts as a fail. A throw counts as a fail with the error as evidence.
 */
export interface Check<Subject> {
  /** Stable, kebab-case, unique in its catalogue. */
  readonly id: string;
  /** A sentence that is true when the check passes. */
  readonly title: string;
  /** The requirements it proves, as `catalogue:clause`. */
  readonly clauses: readonly string[];
  /** What to do when it fails; names a command in backticks. */
  readonly remedy: string;
  /** The id of a check that this one builds on: when that one fails, this one fails unexamined. It stands earlier in the catalogue. */
  readonly needs?: string;
  /** How long the probe may take, milliseconds; default: the run's. */
  readonly deadlineMs?: number;
  probe(subject: Subject, signal: AbortSignal): Promise<Finding>;
}

/**
 * A finding that proves the check's title.
 *
 * @example return pass("Node.js is v20.20.2", { version: "v20.20.2" });
 */
export const pass = (summary: string, evidence: Evidence): Finding => ({ verdict: "pass", summary, evidence });

/**
 * A finding that disproves the check's title.
 *
 * @example return fail("The disk has 12 MB left", { freeBytes: 12_000_000 });
 */
export const fail = (summary: string, evidence: Evidence): Finding => ({ verdict: "fail", summary, evidence });

/**
 * The question does not arise here; the evidence says why, or it counts as a fail.
 *
 * @example return notApplicable("The server runs on another machine", { url });
 */
export const notApplicable = (summary: string, evidence: Evidence): Finding => ({
  verdict: "not-applicable",
  summary,
  evidence,
});

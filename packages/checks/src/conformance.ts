import type { Check } from "./check.ts";

const idForm = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const clauseForm = /^[a-z][a-z0-9-]*:[\w.() -]+$/;

/** What is wrong with one check's description, as sentences; empty when nothing is. */
function checkFaults(check: Check<never>): string[] {
  const faults: string[] = [];
  if (!idForm.test(check.id)) faults.push(`id ${check.id} is not kebab-case`);
  if (check.title.length < 10 || /[.!?]$/.test(check.title))
    faults.push("title is not a statement of ten characters or more without a full stop");
  if (check.clauses.length === 0) faults.push("clauses are empty: say what it proves");
  for (const clause of check.clauses)
    if (!clauseForm.test(clause)) faults.push(`clause ${clause} is not catalogue:clause`);
  if (!/`[^`]+`/.test(check.remedy)) faults.push("remedy names no command in backticks");
  if (check.deadlineMs !== undefined && !(check.deadlineMs > 0 && check.deadlineMs <= 600_000))
    faults.push(`deadlineMs ${check.deadlineMs} is not within (0, 600000]`);
  return faults.map((fault) => `${check.id}: ${fault}`);
}

/**
 * The conformance of a catalogue: every fault of every check's description, ids used twice, needs out of order. Empty when it conforms.
 *
 * @example expect(catalogueFaults(doctorChecks)).toEqual([]);
 */
export function catalogueFaults(checks: readonly Check<never>[]): string[] {
  const ids = checks.map((check) => check.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id}: id is used twice`);
  const needless = checks
    .filter(({ needs }, index) => needs !== undefined && !ids.slice(0, index).includes(needs))
    .map(({ id, needs }) => `${id}: needs ${needs}, which does not stand before it`);
  return [...checks.flatMap(checkFaults), ...twice, ...needless];
}

/**
 * The conformance of one probe under failure: with a signal that is already aborted it must settle within `graceMs`, by a finding or a rejection.
 * Answers a sentence, or undefined when it conforms.
 *
 * @example expect(await abortFault(check, subject, 2_000)).toBeUndefined();
 */
export async function abortFault<Subject>(
  check: Check<Subject>,
  subject: Subject,
  graceMs: number,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${check.id}: did not settle within ${graceMs} ms of the abort`), graceMs);
  });
  const settled = Promise.resolve()
    .then(() => check.probe(subject, AbortSignal.abort()))
    .then(
      () => undefined,
      () => undefined,
    );
  const fault = await Promise.race([settled, late]);
  clearTimeout(timer);
  return fault;
}

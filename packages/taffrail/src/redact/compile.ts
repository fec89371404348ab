import type { Redactor } from "@taffrail/contracts";
import { mergeRedactors, type RedactorReport } from "./merge-redactors.ts";
import { checkRedactOptions, type RedactOptions } from "./options.ts";
import type { PlaceVerdict, Redaction } from "./redaction.ts";
import { compileRules, type Rules } from "./rules.ts";
import { createScanner, type ScanReport } from "./scan.ts";

/** What a redaction counts. Values hidden by their place are not counted: they are decided in the shape, at no cost for each record. */
export interface RedactionStats {
  /** Secrets found in texts, by detector. */
  readonly found: Readonly<Record<string, number>>;
  /** Texts that were masked whole, by reason: `time`, `length`, `error`. */
  readonly wholeTexts: Readonly<Record<string, number>>;
  /** Throws and answers that are no answers, by redactor plugin; each was masked. */
  readonly failures: Readonly<Record<string, number>>;
}

/** A redaction whose rules can be changed. */
export interface RedactionControl extends Redaction {
  /**
   * Replaces the options; redactor plugins stay. All or nothing: throws `option_unknown` or `option_invalid` and leaves the old rules.
   */
  update(options: RedactOptions | false): void;
  stats(): RedactionStats;
}

/** What a redaction needs from outside. */
export interface RedactionDeps {
  /** A clock that only goes forward, in ms. */
  readonly now: () => number;
}

/** The parts of a redaction that change with its rules. */
interface Compiled {
  readonly place: (path: readonly string[]) => PlaceVerdict;
  readonly text: ((text: string) => string) | undefined;
  readonly number: ((value: number | bigint) => string | undefined) | undefined;
}

const keep: PlaceVerdict = { action: "keep" };
const leastNumber = 100_000_000_000;

function createNumber(text: ((text: string) => string) | undefined, rules: Rules | undefined): Compiled["number"] {
  if (text === undefined || !rules?.detectors.some(({ name }) => name === "card" || name === "national-id"))
    return undefined;
  return (value) => {
    if (value < leastNumber && value > -leastNumber) return undefined;
    const digits = String(value);
    const covered = text(digits);
    return covered === digits ? undefined : covered;
  };
}

function compile(
  options: RedactOptions | false,
  redactors: readonly Redactor[],
  reports: { readonly scan: ScanReport; readonly redactor: RedactorReport },
  now: () => number,
): Compiled {
  const rules = options === false ? undefined : compileRules(options);
  const scanner = rules === undefined ? undefined : createScanner(rules, reports.scan, now);
  const own = { place: rules?.place ?? (() => keep), text: scanner };
  const merged = mergeRedactors(own, redactors, rules?.actions.mask ?? "[redacted]", reports.redactor);
  return { ...merged, number: createNumber(merged.text, rules) };
}

function increase(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/**
 * Compiles redaction rules. `false` switches the built-in rules off; redactor plugins still work. Throws `option_unknown` and `option_invalid`; what
 * it returns never throws but for `update`.
 *
 * @example createRedaction({ keys: ["pin"] }, []).place(["card", "PIN"]) // { action: "mask", text: "[redacted]" }
 */
export function createRedaction(
  options: RedactOptions | false,
  redactors: readonly Redactor[],
  deps: RedactionDeps = { now: () => performance.now() },
): RedactionControl {
  const found = new Map<string, number>();
  const wholeTexts = new Map<string, number>();
  const failures = new Map<string, number>();
  const reports = {
    scan: {
      found: (detector: string, count: number) => increase(found, detector, count),
      failed: (reason: string) => increase(wholeTexts, reason),
    },
    redactor: { failed: (name: string) => increase(failures, name) },
  };
  if (options !== false) checkRedactOptions(options);
  let current = compile(options, redactors, reports, deps.now);
  let version = 1;
  return {
    get version() {
      return version;
    },
    place: (path) => current.place(path),
    get text() {
      return current.text;
    },
    get number() {
      return current.number;
    },
    update(next) {
      if (next !== false) checkRedactOptions(next);
      current = compile(next, redactors, reports, deps.now);
      version += 1;
    },
    stats: () => ({
      found: Object.fromEntries(found),
      wholeTexts: Object.fromEntries(wholeTexts),
      failures: Object.fromEntries(failures),
    }),
  };
}

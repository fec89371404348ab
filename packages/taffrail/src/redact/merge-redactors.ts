import type { Redactor, Verdict } from "@taffrail/contracts";
import type { PlaceVerdict } from "./redaction.ts";

/** Told when a redactor plugin failed; what it failed on is masked. */
export interface RedactorReport {
  failed(redactor: string): void;
}

interface Rules {
  readonly place: (path: readonly string[]) => PlaceVerdict;
  readonly text: ((text: string) => string) | undefined;
}

const severity: Readonly<Record<PlaceVerdict["action"], number>> = { keep: 0, inside: 1, replace: 2, mask: 3, drop: 4 };

/** True for an answer that the contract knows. */
function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== "object" || value === null) return false;
  const { action, text, apply } = value as Readonly<Record<string, unknown>>;
  if (action === "mask") return typeof text === "string";
  if (action === "replace") return typeof apply === "function";
  return action === "keep" || action === "drop";
}

/** A replacement that cannot fail: what throws or gives no text is masked. */
function isolate(verdict: PlaceVerdict, name: string, mask: string, report: RedactorReport): PlaceVerdict {
  if (verdict.action !== "replace") return verdict;
  return {
    action: "replace",
    apply(value) {
      try {
        const text: unknown = verdict.apply(value);
        if (typeof text === "string") return text;
      } catch {
        // Counted below, as an answer that is no text is.
      }
      report.failed(name);
      return mask;
    },
  };
}

function ask(redactor: Redactor, path: readonly string[], mask: string, report: RedactorReport): PlaceVerdict {
  const { name } = redactor.manifest;
  try {
    const verdict: unknown = redactor.place?.(path);
    if (isVerdict(verdict)) return isolate(verdict, name, mask, report);
  } catch {
    // Counted below, as an answer that is no verdict is.
  }
  report.failed(name);
  return { action: "mask", text: mask };
}

/**
 * Joins the built-in rules and redactor plugins: of several verdicts the strictest holds (drop, mask, replace, keep), of equal ones the first; texts
 * pass through all, one after the other. A plugin that fails masks.
 *
 * @example mergeRedactors(rules, [redactor], "[redacted]", report).place(["user", "email"])
 */
export function mergeRedactors(
  rules: Rules,
  redactors: readonly Redactor[],
  mask: string,
  report: RedactorReport,
): Rules {
  const placers = redactors.filter(({ place }) => place !== undefined);
  const readers = redactors.filter(({ text }) => text !== undefined);
  const readAll = (text: string): string => {
    let read = rules.text?.(text) ?? text;
    for (const redactor of readers) {
      try {
        const next: unknown = redactor.text?.(read);
        if (typeof next !== "string") throw new TypeError("a text is expected");
        read = next;
      } catch {
        report.failed(redactor.manifest.name);
        return mask;
      }
    }
    return read;
  };
  return {
    place(path) {
      let strictest = rules.place(path);
      for (const redactor of placers) {
        // A plugin gets its own copy: it could change the path for those after it.
        const verdict = ask(redactor, [...path], mask, report);
        if (severity[verdict.action] > severity[strictest.action]) strictest = verdict;
      }
      return strictest;
    },
    text: readers.length === 0 ? rules.text : readAll,
  };
}

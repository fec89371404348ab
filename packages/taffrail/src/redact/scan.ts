import { stricter } from "./actions.ts";
import { decodePercent, decodeUnicodeEscapes, percentRuns } from "./disguise.ts";
import { disguiseCharacters, plainText } from "./plain-text.ts";
import type { ActiveDetector, Rules } from "./rules.ts";

/** What the scanner of texts tells about its work. */
export interface ScanReport {
  /** Secrets were found by a detector and covered. */
  found(detector: string, count: number): void;
  /** A text was masked whole. */
  failed(reason: "time" | "length" | "error"): void;
}

interface Find {
  readonly start: number;
  readonly end: number;
  readonly by: ActiveDetector;
}

/** No secret is shorter, with its name. */
const shortestText = 5;
/** Longer texts are not looked into, but masked: looking may take long. The encoder cuts texts to less before. */
const longestText = 300_000;
/** From here the clock is watched. */
const watchedLength = 2048;

class TimeIsUp extends Error {}

/** One pattern that matches in every text that may hold something: built from the hints of all detectors, and the characters of disguises. */
function compileGate(detectors: readonly ActiveDetector[]): RegExp {
  const disguises = [
    { first: disguiseCharacters, pattern: `[${disguiseCharacters}]` },
    { first: "%", pattern: "%[2-9A-Fa-f][0-9A-Fa-f]" },
    { first: "\\\\", pattern: "\\\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})" },
  ];
  const hints = [...detectors.flatMap((detector) => detector.hints), ...disguises];
  const first = [...new Set(hints.map((hint) => hint.first))].join("");
  return new RegExp(`(?=[${first}])(?:${[...new Set(hints.map(({ pattern }) => pattern))].join("|")})`);
}

/** Finds that touch become one, with the stricter action. */
function mergeFinds(finds: readonly Find[]): readonly (Find & { readonly action: ActiveDetector["action"] })[] {
  const merged: (Find & { readonly action: ActiveDetector["action"] })[] = [];
  for (const find of [...finds].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || find.start >= last.end) merged.push({ ...find, action: find.by.action });
    else
      merged[merged.length - 1] = {
        ...last,
        end: Math.max(last.end, find.end),
        action: stricter(last.action, find.by.action),
      };
  }
  return merged;
}

/**
 * Makes the function that covers the secrets of a text. Clean texts cost one pass of one pattern. Nothing throws: what fails, takes too long or is
 * too long becomes the mask.
 *
 * @example createScanner(compileRules({}), report, performance.now)("password=x") // "password=[redacted]"
 */
export function createScanner(
  rules: Rules,
  report: ScanReport,
  now: () => number,
): ((text: string) => string) | undefined {
  const { detectors, actions } = rules;
  if (detectors.length === 0) return undefined;
  const gate = compileGate(detectors);

  const cover = (text: string, deadline: number): string => {
    const finds: Find[] = [];
    for (const by of detectors) {
      by.find(text, (start, end) => {
        if (end > start) finds.push({ start, end, by });
      });
      if (deadline !== 0 && now() > deadline) throw new TimeIsUp();
    }
    if (finds.length === 0) return text;
    let covered = "";
    let at = 0;
    for (const { start, end, by, action } of mergeFinds(finds)) {
      covered += text.slice(at, start) + actions.cover(plainText(text.slice(start, end)), action);
      at = end;
      report.found(by.name, 1);
    }
    return covered + text.slice(at);
  };

  /** Looks behind a disguise: the undisguised text is taken only if it holds a secret. */
  const look = (text: string, plain: string, deadline: number): string => {
    if (plain === text) return text;
    const covered = cover(plain, deadline);
    return covered === plain ? text : covered;
  };

  const whole = (text: string): string => {
    const deadline = text.length < watchedLength ? 0 : now() + rules.timeLimitMs;
    let covered = cover(text, deadline);
    covered = look(covered, plainText(covered), deadline);
    covered = look(covered, decodeUnicodeEscapes(covered), deadline);
    return percentRuns(covered, (run) => look(run, plainText(decodePercent(run)), deadline));
  };

  return (text) => {
    if (text.length < shortestText || (text.length <= longestText && !gate.test(text))) return text;
    if (text.length > longestText) {
      report.failed("length");
      return actions.mask;
    }
    try {
      return whole(text);
    } catch (error) {
      report.failed(error instanceof TimeIsUp ? "time" : "error");
      return actions.mask;
    }
  };
}

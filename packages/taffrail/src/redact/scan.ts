import { stricter } from "./actions.ts";
import { decodePercent, decodeUnicodeEscapes, percentRuns } from "./disguise.ts";
import { plainText } from "./plain-text.ts";
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

/**
 * Characters without which a text of the shape of prose holds no secret: letters, spaces and marks of sentences are left out of it, but for `A`,
 * with which keys of AWS begin: those may be letters only. Everything else costs a second look.
 */
const unusual = /[^B-Za-z ,.;!?'"()[\]{}]/;
/** The commonest value that looks like numbers of persons and cards to the quick look, and is none. */
const uuid = /^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$/;
/** Longer texts are always looked at more closely. */
const longestProse = 4096;

class TimeIsUp extends Error {}

/** A dot inside a word, as in tokens that begin with `hvs.` or `SG.`: those may be letters only. */
const dotInside = /[A-Za-z]\.[A-Za-z]/;

/** Credentials of letters only can stand after `Bearer` and `Basic`, and after a dot; no clean text of letters is that long or has them. */
function mayHoldLetters(text: string): boolean {
  return text.length > longestProse || text.includes("earer ") || text.includes("asic ") || dotInside.test(text);
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
  const { detectors, actions, quickLook } = rules;
  if (detectors.length === 0) return undefined;

  const cover = (text: string, deadline: number): string => {
    const finds: Find[] = [];
    for (const by of detectors) {
      if (!by.gate.test(text)) continue;
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
    if (text.length < shortestText || (!unusual.test(text) && !mayHoldLetters(text))) return text;
    if (text.length <= longestText && (!quickLook(text) || (text.length === 36 && uuid.test(text)))) return text;
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

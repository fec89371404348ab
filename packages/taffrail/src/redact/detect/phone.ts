import { type Detector, eachMatch, wordStart } from "./detector.ts";

const american = `(?:\\([2-9]\\d{2}\\) ?|${wordStart}(?<![_.\\-])[2-9]\\d{2}[\\-. ])[2-9]\\d{2}[\\-. ]\\d{4}(?![\\w\\-])`;

/**
 * Finds telephone numbers that show what they are: international ones with `+`, and American ones in groups. Bare digits could be anything.
 *
 * @example createPhoneDetector().find("call +44 20 7946 0958", (start, end) => console.log(start, end)) // 5 21
 */
export function createPhoneDetector(): Detector {
  const international = new RegExp(`${wordStart}(?<!\\+)\\+[1-9](?:[ .()\\-/]{0,2}\\d){6,14}(?!\\d)`, "g");
  const grouped = new RegExp(american, "g");
  return {
    name: "phone",
    hints: [
      { first: "+", pattern: `\\+(?<=${wordStart}\\+)\\d` },
      { first: "(", pattern: "\\([2-9]\\d\\d\\)" },
      { first: "0-9", pattern: "[2-9](?<!\\d\\d)\\d\\d[\\-. ]\\d{3}[\\-. ]\\d{4}" },
    ],
    find(text, found) {
      eachMatch(international, text, (match) => found(match.index, match.index + match[0].length));
      eachMatch(grouped, text, (match) => found(match.index, match.index + match[0].length));
    },
  };
}

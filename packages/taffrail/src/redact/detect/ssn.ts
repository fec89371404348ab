import { anyCase, type Detector, eachMatch } from "./detector.ts";

/**
 * Finds social security numbers of the United States: in their usual groups, or as nine digits after the name. Nine bare digits could be anything.
 *
 * @example createSsnDetector().find("ssn 078-05-1120", (start, end) => console.log(start, end)) // 4 15
 */
export function createSsnDetector(): Detector {
  const grouped = /(?<!\d[-.]?)(?!000|666)\d{3}[-. ]{1,3}(?!00)\d{2}[-. ]{1,3}(?!0000)\d{4}(?![-.]?\d)/g;
  const named = /(?:ssn|social security)[^\d\r\n]{0,16}(\d{9})(?!\d)/gi;
  return {
    name: "ssn",
    hints: [
      { first: "0-9", pattern: "\\d(?<!\\d\\d)\\d\\d[\\-. ]{1,3}\\d{2}[\\-. ]{1,3}\\d{4}" },
      {
        first: "0-9",
        pattern: `\\d(?<!\\d\\d)\\d{8}(?<=(?:${anyCase("ssn")}|${anyCase("security")})[^\\d\\r\\n]{0,16}\\d{9})`,
      },
    ],
    find(text, found) {
      eachMatch(grouped, text, (match) => found(match.index, match.index + match[0].length));
      eachMatch(named, text, (match) => {
        const end = match.index + match[0].length;
        found(end - 9, end);
      });
    },
  };
}

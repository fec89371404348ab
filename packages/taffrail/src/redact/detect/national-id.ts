import { type Detector, eachMatch, wordStart } from "./detector.ts";
import { nationalIds } from "./national-id-forms.ts";

/** The forms that begin with a digit, taken together: for the quick look. */
const shapes = [
  "\\d{3}[ \\-]\\d{3}[ \\-]\\d{3}",
  "\\d{6}(?: \\d{5}(?!\\d)|[\\-+aA]\\d{3})",
  "\\d{7,8}[ \\-]?[A-Za-z](?![A-Za-z0-9])",
  "[1-9]\\d[ \\-]?\\d{3}[ \\-]?\\d{3}[ \\-]?\\d{3}(?!\\d)",
  "[12][ \\-]?\\d\\d[ \\-]?\\d\\d[ \\-]?(?:\\d\\d|2[aAbB])[ \\-]?\\d{3}[ \\-]?\\d{3}[ \\-]?\\d\\d",
  "\\d{11}(?!\\d)",
  "\\d{17}[\\dxX]",
  "\\d\\d[01]\\d[0-3]\\d{5}[01]\\d\\d(?!\\d)",
  "\\d{3}\\.\\d{3}\\.\\d{3}-\\d",
  "\\d\\d\\.\\d\\d\\.\\d\\d-\\d",
  "756\\.?\\d{4}\\.?\\d{4}",
  "[2-9]\\d{3}[ \\-]\\d{4}[ \\-]\\d{4}",
];

/**
 * Finds numbers that states give to persons, where a check digit or the shape tells them from other numbers.
 *
 * @example createNationalIdDetector().find("DNI 12345678Z", (start, end) => console.log(start, end)) // 4 13
 */
export function createNationalIdDetector(): Detector {
  const forms = nationalIds.map(({ form, check }) => ({
    pattern: new RegExp(`${wordStart}(?<!\\d[.\\-])${form}(?![A-Za-z0-9]|[.\\-]\\d)`, "gi"),
    check,
  }));
  return {
    name: "national-id",
    hints: [
      { first: "0-9", pattern: `(?<!\\d)(?:${shapes.join("|")})` },
      {
        first: "0-9",
        pattern: "\\d(?<=[A-Za-z]{2}[ \\-]?\\d)\\d(?:[ \\-]?\\d\\d[ \\-]?\\d\\d|[A-Za-z]\\d\\d[A-Za-z])",
      },
    ],
    find(text, found) {
      for (const { pattern, check } of forms) {
        eachMatch(pattern, text, (match) => {
          const isPerson = check(match[0].toUpperCase().replace(/[ .\-+]/g, ""));
          if (isPerson) found(match.index, match.index + match[0].length);
        });
      }
    },
  };
}

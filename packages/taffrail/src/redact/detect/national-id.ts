import { type Detector, eachMatch, wordStart } from "./detector.ts";
import { nationalIds } from "./national-id-forms.ts";

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
    // Every form holds six digits with at most one separator between two of them, or two of them after two letters or more.
    hints: [
      { first: "0-9", pattern: "\\d(?:[ .\\-]?\\d){6}" },
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

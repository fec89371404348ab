import { type Detector, eachMatch, type Found } from "./detector.ts";
import { passesLuhn } from "./luhn.ts";

/** Beginnings of card numbers, and the lengths that their issuers give. */
const issuers: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  [/^(?:30[0-5]|3095|36|3[89])/, [14, 15, 16, 17, 18, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[123])/, [13, 14, 15, 16, 17, 18, 19]],
  [/^(?:60|81|82|508)/, [16]],
  [/^220[0-4]/, [16, 17, 18, 19]],
  [/^9792/, [16]],
];

/** Digits with up to three separators between two of them; thirteen at least. Longer runs are met piece by piece. */
const separator = "[ \\t.\\-+_/]{0,3}";
const run = `\\d(?:${separator}\\d){12,63}`;

const isCard = (digits: string): boolean =>
  issuers.some(([beginning, lengths]) => lengths.includes(digits.length) && beginning.test(digits)) &&
  passesLuhn(digits);

interface Group {
  readonly start: number;
  readonly digits: string;
}

/** How people and programs write a card number: in one piece, digit by digit, or in up to six groups. */
function isGrouping(groups: readonly Group[]): boolean {
  return (
    (groups.length <= 6 && groups.every(({ digits }) => digits.length > 1)) ||
    groups.every(({ digits }) => digits.length === 1)
  );
}

function findAmong(groups: readonly Group[], found: Found): void {
  for (let first = 0; first < groups.length; first++) {
    let digits = "";
    for (let last = first; last < groups.length; last++) {
      const group = groups[last];
      digits += group?.digits ?? "";
      if (digits.length > 19) break;
      if (digits.length < 13 || !isGrouping(groups.slice(first, last + 1)) || !isCard(digits)) continue;
      const end = (group?.start ?? 0) + (group?.digits.length ?? 0);
      found(groups[first]?.start ?? 0, end);
    }
  }
}

const letterOrDigit = /[A-Za-z0-9]/;

/** True when the digits are the inside of a longer word with letters, as in a hash. */
function isInsideWord(text: string, start: number, end: number): boolean {
  let from = start;
  let to = end;
  while (from > 0 && start - from < 24 && letterOrDigit.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && to - end < 24 && letterOrDigit.test(text.charAt(to))) to += 1;
  return start - from + (to - end) >= 12;
}

/** Digits of hyphened UUIDs are no card numbers. */
const uuid = "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}";

/**
 * Finds payment card numbers: by issuer, length and check digit, in one piece or with separators.
 *
 * @example createCardDetector().find("card 4111-1111-1111-1111", (start, end) => console.log(start, end)) // 5 24
 */
export function createCardDetector(): Detector {
  const runs = new RegExp(run, "g");
  const group = /\d+/g;
  const uuids = new RegExp(uuid, "g");
  return {
    name: "card",
    hints: [{ first: "0-9", pattern: `[2-689](?<!\\d\\d)(?:${separator}\\d){12}` }],
    find(text, found) {
      const without = text.replace(uuids, (id) => "x".repeat(id.length));
      eachMatch(runs, without, (match) => {
        const groups: Group[] = [];
        eachMatch(group, match[0], (digits) => groups.push({ start: match.index + digits.index, digits: digits[0] }));
        findAmong(groups, (start, end) => {
          if (!isInsideWord(text, start, end)) found(start, end);
        });
        // A run that was cut at its longest goes on in the next one, with enough of it to hold a whole number.
        if (match[0].length > 63) runs.lastIndex -= 40;
      });
    },
  };
}

import { type Detector, eachMatch, wordStart } from "./detector.ts";

/** Length of the IBAN of each country that has one. */
const lengths: ReadonlyMap<string, number> = new Map(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22
  GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31
  MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24
  XK20 YE30`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The check of ISO 7064: letters as two digits, the first four characters last, the remainder by 97 is 1. */
function passesMod97(iban: string): boolean {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

const separator = /[ -]/;
const letterOrDigit = /[A-Za-z0-9]/;

/** The end of `length` letters and digits from a position, with at most two separators between two of them. */
function endOf(text: string, start: number, length: number): number | undefined {
  let count = 0;
  let gap = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (separator.test(character)) {
      gap += 1;
      if (gap > 2) return undefined;
      continue;
    }
    if (!letterOrDigit.test(character)) return undefined;
    gap = 0;
    count += 1;
    if (count === length) return letterOrDigit.test(text.charAt(at + 1)) ? undefined : at + 1;
  }
  return undefined;
}

/**
 * Finds international bank account numbers, by country, length and check digits, in one piece or in groups.
 *
 * @example createIbanDetector().find("GB82 WEST 1234 5698 7654 32", (start, end) => console.log(start, end)) // 0 27
 */
export function createIbanDetector(): Detector {
  const beginning = new RegExp(`${wordStart}[A-Za-z]{2}[ -]?\\d{2}(?=[ -]?[A-Za-z0-9])`, "g");
  return {
    name: "iban",
    hints: [{ first: "0-9", pattern: `\\d(?<=${wordStart}[A-Za-z]{2}[ \\-]?\\d)\\d[ \\-]?[A-Za-z0-9]{2}` }],
    find(text, found) {
      eachMatch(beginning, text, (match) => {
        const length = lengths.get(match[0].slice(0, 2).toUpperCase());
        const end = length === undefined ? undefined : endOf(text, match.index, length);
        if (end !== undefined && passesMod97(text.slice(match.index, end).replace(/[ -]/g, "")))
          found(match.index, end);
      });
    },
  };
}

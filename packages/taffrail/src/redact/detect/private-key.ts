import { anyCase, type Detector, eachMatch } from "./detector.ts";

/**
 * Finds private keys in PEM and OpenPGP armour, to their end line or, without one, to the end of the text.
 *
 * @example createPrivateKeyDetector().find(pem, (start, end) => console.log(pem.slice(start, end)))
 */
export function createPrivateKeyDetector(): Detector {
  const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/gi;
  const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/gi;
  return {
    name: "private-key",
    hints: [{ first: "\\-", pattern: `-----${anyCase("begin ")}` }],
    find(text, found) {
      eachMatch(begin, text, (match) => {
        end.lastIndex = match.index;
        const close = end.exec(text);
        found(match.index, close === null ? text.length : close.index + close[0].length);
        begin.lastIndex = close === null ? text.length : close.index + close[0].length;
      });
    },
  };
}

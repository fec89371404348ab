import { type Detector, eachMatch } from "./detector.ts";

/** Addresses that name no one. */
const general = /^(?:0\.0\.0\.0|127\.|255\.255\.255\.255|::1?$)/;

/**
 * Finds IP addresses of version 4 and 6, but for those of the machine itself.
 *
 * @example createIpDetector().find("from 203.0.113.7", (start, end) => console.log(start, end)) // 5 16
 */
export function createIpDetector(): Detector {
  const { isIP } = process.getBuiltinModule("node:net");
  const fourth = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)/g;
  const sixth = /(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])/g;
  return {
    name: "ip",
    hints: [
      { first: "0-9", pattern: "\\d\\.\\d{1,3}\\.\\d" },
      { first: ":", pattern: ":[0-9a-fA-F]{0,4}:" },
    ],
    find(text, found) {
      for (const pattern of [fourth, sixth]) {
        eachMatch(pattern, text, (match) => {
          const isAddress = isIP(match[0]) !== 0 && !general.test(match[0]);
          if (isAddress) found(match.index, match.index + match[0].length);
        });
      }
    },
  };
}

import { type Detector, eachMatch } from "./detector.ts";

const local = /[A-Za-z0-9._%+'\-\u00a1-\uffff]/;
const localLength = 64;
/** Ends of names with `@` that are files, not hosts: `logo@2x.png`. */
const fileEnding = /\.(?:png|jpe?g|gif|svg|webp|js|mjs|cjs|ts|css|json|map|md|html?)$/i;

/**
 * Finds e-mail addresses.
 *
 * @example createEmailDetector().find("to a.b@example.com", (start, end) => console.log(start, end)) // 3 18
 */
export function createEmailDetector(): Detector {
  const host =
    /@[A-Za-z0-9\u00a1-\uffff][A-Za-z0-9\-\u00a1-\uffff]{0,62}(?:\.[A-Za-z0-9\-\u00a1-\uffff]{1,63}){0,8}\.[A-Za-z\u00a1-\uffff]{2,24}(?![A-Za-z0-9])/g;
  return {
    name: "email",
    hints: [{ first: "@", pattern: "@(?<=[A-Za-z0-9._%+'\\-\\u00a1-\\uffff]@)(?=[A-Za-z0-9\\u00a1-\\uffff])" }],
    find(text, found) {
      eachMatch(host, text, (match) => {
        let start = match.index;
        while (start > 0 && match.index - start < localLength && local.test(text.charAt(start - 1))) start -= 1;
        const end = match.index + match[0].length;
        // `git@host:path` is the address of a repository.
        if (start === match.index || text.slice(start, match.index) === "git" || fileEnding.test(match[0])) return;
        found(start, end);
      });
    },
  };
}

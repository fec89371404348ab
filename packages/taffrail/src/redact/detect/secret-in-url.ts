import { type Detector, eachMatch } from "./detector.ts";
import { endOfNames } from "./name-tails.ts";
import { type NameTest, nameHints, type SecretNames } from "./secret-in-text.ts";

/** Parameters that are secret in a URL, though their names mean little elsewhere. In loose form. */
const parameters: ReadonlySet<string> = new Set(
  "sig signature xamzsignature xamzcredential xamzsecuritytoken xgoogsignature xgoogcredential key auth sid pw pass hmac otp pin session".split(
    " ",
  ),
);
/** An authorization code is long; a country code is not. */
const longParameters: ReadonlySet<string> = new Set(["code", "state", "ticket"]);

/** All of them, for the quick look. */
export const secretParameters: readonly string[] = [...parameters, ...longParameters];

const loose = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * Finds secrets in URLs: the password of `scheme://user:password@host`, all of the user information with http, and secret parameters of query and
 * fragment.
 *
 * @example createSecretInUrlDetector(isSecretName, names).find("redis://app:pw@cache:6379", (start, end) => console.log(start, end)) // 12 14
 */
export function createSecretInUrlDetector(test: NameTest, names: SecretNames): Detector {
  const withPassword = /(https?)?:\/\/([^\s:/@"'<>]{0,128}):(?!\d{1,5}(?:[/?#]|$))([^\s"'<>]{1,256})@/gi;
  const withUser = /(?<=https?):\/\/([^\s:/?#@"'<>]{1,256})@/gi;
  const parameter = /[?&#;]([\w.\-[\]]{1,64})=([^\s&#;"'<>\\]+)/g;
  return {
    name: "secret-in-url",
    hints: [
      {
        first: "@",
        pattern: "@(?<=\\/\\/(?:[^\\s:/@]{0,128}:)?[^\\s/@]{1,256}@|\\/\\/[^\\s:/@]{0,128}:[^\\s@]{1,256}@)",
      },
      { first: "=", pattern: `=(?<=[?&#;][\\w.\\-]{0,40}${endOfNames(secretParameters)}=)` },
      ...nameHints(names).filter(({ first }) => first !== "\\-"),
    ],
    find(text, found) {
      eachMatch(withPassword, text, (match) => {
        const [all, http, user = "", password = ""] = match;
        const end = match.index + all.length - 1;
        found(end - password.length - (http === undefined ? 0 : user.length + 1), end);
      });
      eachMatch(withUser, text, (match) => found(match.index + 3, match.index + match[0].length - 1));
      eachMatch(parameter, text, (match) => {
        const [all, name = "", value = ""] = match;
        const end = match.index + all.length;
        const short = loose(name);
        const isSecret =
          parameters.has(short) || (longParameters.has(short) && value.length >= 16) || test(name, false);
        if (isSecret) found(end - value.length, end);
        // The sign that ends this value may begin the next parameter.
        parameter.lastIndex = end;
      });
    },
  };
}

import { describe, expect, it } from "vitest";
import { detectorNames } from "./presets.ts";
import { compileRules } from "./rules.ts";

/** Pieces that make careless patterns try again and again, repeated to a long text. */
const pieces = [
  ...[
    "a",
    "A",
    "0",
    "4",
    " ",
    "\t",
    "-",
    "--",
    ".",
    ":",
    "=",
    "/",
    "//",
    "@",
    "%",
    "%25",
    "+",
    "_",
    "?",
    "&",
    "#",
    ";",
    "{",
    "[",
    "<",
    ">",
    '"',
    "'",
    "\\",
  ],
  ...[
    "\\u0041",
    "\\n",
    '\\"',
    "\u200b",
    "４",
    "eyJ",
    "eyJaaaaaaaa.",
    "a.",
    "a@",
    "@a.",
    "a@a.",
    "1 ",
    "1-",
    "4111 ",
    "+1 ",
    "12-34-",
    "1.1.",
    "::",
    "a:",
  ],
  ...[
    "://",
    "http://a",
    "http://a:",
    "//a:b",
    "?a=",
    "&a",
    "password",
    "password=",
    "password: [",
    "password: {",
    'password":"',
    "password=[redacted",
    "--a ",
  ],
  ...[
    "<password>",
    "Bearer ",
    "bearer a ",
    "Basic ",
    "basic YQ ",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "gh",
    "ghp_",
    "AKIA",
    "hooks.slack.com/services/",
  ],
  ...[
    "GB82 ",
    "AB12",
    "AB",
    "xoxb-",
    "sk-",
    "key ",
    "api key ",
    "token: token: ",
    "cookie: ",
    "5555-",
    "000-00-0000",
    "ssn ",
    "ssn:",
    "(555) ",
    "a,b=",
    "password=a,",
  ],
];
const length = 50_000;
/** Patterns that backtrack need minutes for such a text; those that do not need milliseconds, and on a busy machine seconds. */
const patienceMs = 60_000;

describe("adversarial texts of 50,000 characters", () => {
  const options = {
    presets: ["credentials", "gdpr", "hipaa", "pci-dss", "ccpa"],
    detect: detectorNames,
    timeLimitMs: 10_000,
  } as const;
  const { detectors, quickLook } = compileRules(options);

  it.each(pieces)("ends: %j", { timeout: patienceMs }, (piece) => {
    const whole = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    for (const text of [whole, `${whole}!`, `x${whole}\n`]) {
      quickLook(text);
      for (const { find, gate } of detectors) {
        gate.test(text);
        find(text, (start, end) => expect(end).toBeGreaterThanOrEqual(start));
      }
    }
  });
});

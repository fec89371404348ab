/** The query language in a dozen lines: what to write, and what it finds. */
export const queryExamples: readonly (readonly [query: string, meaning: string])[] = [
  ["timeout", "the word in the message, in any case"],
  ['"timed out"', "exactly this text in the message"],
  ["service:checkout", "a field with exactly this value"],
  ["http.route:/orders*", "a value that starts so; *part* for a part"],
  ["level:>=warn", "this level and all above it"],
  ["duration_ms:>250", "numbers: > >= < <= and [100 TO 200]"],
  ["user.id:*", "the field exists; -user.id:* it does not"],
  ["url:/^https:.*\\.js$/", "a regular expression (RE2)"],
  ["-healthz", "without; also NOT healthz"],
  ["level:error (cart OR checkout)", "both; either; brackets group"],
];

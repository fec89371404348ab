import { bodyField } from "../field.ts";
import type { WordFilter } from "../filter.ts";
import { wordText } from "../text.ts";
import { hasNoWordBreaks, textTokens } from "../tokens-of-text.ts";
import { bodyContains, bodyHasTokens } from "./body.ts";
import type { Construct } from "./construct.ts";

const keywords = ["AND", "OR", "NOT"];

/** `timeout`: a token of the body. A word with punctuation (`user_id`, `10.0.0.1`) also has to stand there as written. */
export const word: Construct<WordFilter> = {
  print: ({ text }) => (keywords.includes(text) ? `body:${text}` : wordText(text)),
  compile({ text }) {
    if (hasNoWordBreaks(text)) return bodyContains(text);
    const tokens = textTokens(text);
    return tokens.length === 1 && tokens[0] === text
      ? bodyHasTokens(tokens)
      : `(${bodyHasTokens(tokens)} AND ${bodyContains(text)})`;
  },
  fields: () => [bodyField],
};

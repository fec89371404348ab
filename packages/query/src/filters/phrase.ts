import { bodyField } from "../field.ts";
import type { PhraseFilter } from "../filter.ts";
import { quoted } from "../text.ts";
import { hasNoWordBreaks, textTokens } from "../tokens-of-text.ts";
import { bodyContains, bodyHasTokens } from "./body.ts";
import type { Construct } from "./construct.ts";

/**
 * The tokens that stand whole in the text wherever the phrase does. Both ends count as whole words: `"time out"` does not find `lifetime out`.
 */
const wholeTokens = (text: string): string[] => textTokens(text).filter((token) => !hasNoWordBreaks(token));

/** `"timed out after"`: the body contains the text, whole words at both ends. */
export const phrase: Construct<PhraseFilter> = {
  print: ({ text }) => (text === "" ? 'body:""' : quoted(text)),
  compile: ({ text }) =>
    text === "" ? "Body = ''" : `(${bodyHasTokens(wholeTokens(text))} AND ${bodyContains(text)})`,
  fields: () => [bodyField],
};

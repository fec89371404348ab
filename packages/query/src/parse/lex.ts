import { isBlankAt, scanPhrase, scanRegex, scanWord } from "./scan.ts";
import type { Problem, Token, TokenKind } from "./token.ts";

/** Inside parentheses: terms, or values of the field before the parenthesis. */
type Group = "terms" | "values";

interface LexState {
  readonly text: string;
  at: number;
  readonly tokens: Token[];
  readonly groups: Group[];
  /** What the next token may be: a value that touches its field, an operand, a range's bound, or whatever the group holds. */
  expect: "value" | "operand" | "bound" | "group";
}

const keywords: Readonly<Record<string, TokenKind>> = { AND: "and", OR: "or", NOT: "not" };
const syntax = (reason: string, hint: string): Problem => ({ code: "query_syntax", reason, hint });

const push = (state: LexState, kind: TokenKind, to: number, rest: Partial<Token> = {}): void => {
  state.tokens.push({ kind, from: state.at, to, text: state.text.slice(state.at, to), parts: [], ...rest });
  state.at = to;
};

const openGroup = (state: LexState, group: Group): void => {
  state.groups.push(group);
  state.expect = "group";
  push(state, "open", state.at + 1);
};

const lexPhrase = (state: LexState): void => {
  const phrase = scanPhrase(state.text, state.at);
  if (phrase === undefined) {
    const problem = syntax("the quote is not closed", `Close the quote opened at column ${state.at + 1}.`);
    push(state, "invalid", state.text.length, { problem });
    return;
  }
  push(state, "phrase", phrase.to, { text: phrase.text });
};

const lexWord = (state: LexState, kind: "word" | "value", stops: string, fields: boolean): void => {
  const from = state.at;
  const word = scanWord(state.text, from, { stops, fields });
  if (word.danglingEscape) {
    const problem = syntax("the backslash at the end escapes nothing", 'Write "\\\\" for a backslash, or remove it.');
    push(state, "invalid", word.to, { problem });
    return;
  }
  if (word.to === from) {
    // An operator or a parenthesis stands where a value should: the group reads it, the parser complains.
    state.expect = "group";
    return;
  }
  const raw = state.text.slice(from, word.to);
  const keyword = Object.hasOwn(keywords, raw) ? keywords[raw] : undefined;
  if (word.isField) {
    push(state, "field", word.to, { text: word.parts[0] ?? "" });
    state.expect = "value";
  } else if (keyword !== undefined && state.expect === "group") {
    push(state, keyword, word.to);
  } else {
    push(state, kind, word.to, { text: word.parts.join("*"), parts: word.parts });
  }
};

const lexRange = (state: LexState): void => {
  const character = state.text.charAt(state.at);
  if (character === "]" || character === "}") {
    push(state, "range-close", state.at + 1);
    state.expect = "group";
  } else if (character === '"') lexPhrase(state);
  else if ("()".includes(character)) {
    state.expect = "group";
  } else {
    lexWord(state, "value", '()"]}', false);
    const last = state.tokens.at(-1);
    if (last?.kind === "value" && state.text.slice(last.from, last.to) === "TO") {
      state.tokens[state.tokens.length - 1] = { ...last, kind: "to" };
    }
  }
};

/** A value, where it may be anything that a field can be asked for. */
const lexValue = (state: LexState): void => {
  const { text, at } = state;
  const character = text.charAt(at);
  const operator = /^[<>]=?/.exec(text.slice(at, at + 2))?.[0];
  if (operator !== undefined) {
    push(state, "comparison", at + operator.length);
    state.expect = "operand";
    return;
  }
  if (character === "[" || character === "{") {
    push(state, "range-open", at + 1);
    state.expect = "bound";
    return;
  }
  const regexTo = character === "/" ? scanRegex(text, at) : undefined;
  if (regexTo !== undefined) push(state, "regex", regexTo, { text: text.slice(at + 1, regexTo - 1) });
  else if (character === '"') lexPhrase(state);
  else lexWord(state, "value", '()"', false);
  state.expect = "group";
};

/** A quoted text is a field name when a colon touches it. */
const lexPhraseOrField = (state: LexState): void => {
  lexPhrase(state);
  const last = state.tokens.at(-1);
  if (last?.kind !== "phrase" || state.text.charAt(state.at) !== ":") return;
  state.tokens[state.tokens.length - 1] = { ...last, kind: "field", to: last.to + 1 };
  state.at += 1;
  state.expect = "value";
};

/** Operators that stand between or before terms; false when there is none here. */
const lexOperator = (state: LexState): boolean => {
  const { text, at } = state;
  const character = text.charAt(at);
  if (text.startsWith("&&", at)) push(state, "and", at + 2);
  else if (text.startsWith("||", at)) push(state, "or", at + 2);
  else if (character === "|") {
    const problem = syntax(
      'a single "|" means nothing here',
      "Write OR between alternatives, or put the text in quotes.",
    );
    push(state, "invalid", at + 1, { problem });
  } else if (character === "!" && text.charAt(at + 1) !== "=") push(state, "not", at + 1);
  else if (character === "-" && !isBlankAt(text, at + 1) && !"->=)".includes(text.charAt(at + 1))) {
    push(state, "not", at + 1);
  } else return false;
  return true;
};

const lexGroupMember = (state: LexState): void => {
  const group = state.groups.at(-1) ?? "terms";
  const character = state.text.charAt(state.at);
  if (character === "(") openGroup(state, group);
  else if (character === ")") {
    state.groups.pop();
    push(state, "close", state.at + 1);
  } else if (lexOperator(state)) return;
  else if (group === "values") {
    const word = scanWord(state.text, state.at, { stops: '()"', fields: false });
    if (Object.hasOwn(keywords, state.text.slice(state.at, word.to))) lexWord(state, "value", '()"', false);
    else lexValue(state);
  } else if (character === '"') lexPhraseOrField(state);
  else lexWord(state, "word", '()"', true);
};

const lexStep = (state: LexState): void => {
  const character = state.text.charAt(state.at);
  if (isBlankAt(state.text, state.at)) {
    state.at += 1;
    // A value has to touch its field; after a space the next term begins.
    if (state.expect === "value") state.expect = "group";
  } else if (state.expect === "bound") lexRange(state);
  else if (character === ")" || state.expect === "group") {
    state.expect = "group";
    lexGroupMember(state);
  } else if (character === "(" && state.expect === "value") openGroup(state, "values");
  else if (state.expect === "operand" && character !== "(") {
    if (character === '"') lexPhrase(state);
    else lexWord(state, "value", '()"', false);
    state.expect = "group";
  } else if (state.expect === "operand") state.expect = "group";
  else lexValue(state);
};

/**
 * Cuts a query text into tokens. Never fails: what cannot be read is an `invalid` token that carries its problem.
 *
 * @example lex("level:>=warn").map((token) => token.kind) // ["field", "comparison", "value"]
 */
export function lex(text: string): Token[] {
  const state: LexState = { text, at: 0, tokens: [], groups: [], expect: "group" };
  while (state.at < text.length) lexStep(state);
  return state.tokens;
}

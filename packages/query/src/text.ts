import { type Field, fieldName } from "./field.ts";
import { numberText, type Operand, readOperand } from "./operand.ts";
import { lex } from "./parse/lex.ts";

const bareName = /^[@\p{L}_$][\p{L}\p{N}_.$@/#-]*$/u;
const bareValue = /^[\p{L}\p{N}_.@%+$#~,;/:-]+$/u;
const special = /[\s"()\\*:|&![\]{}<>=]/gu;

/** Writes a text in quotes. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Writes a text without quotes, with a backslash before every character that would mean something. */
export function escaped(text: string): string {
  return text.replace(special, "\\$&").replace(/^[-/]/, "\\$&");
}

/** Writes a word: as it is when it reads back as one word, even after a dash, else with backslashes. */
export function wordText(text: string): string {
  const [not, word, ...rest] = lex(`-${text}`);
  const isPlain = rest.length === 0 && not?.kind === "not" && word?.kind === "word" && word.parts.length === 1;
  return isPlain && word.text === text ? text : escaped(text);
}

/**
 * Whether a text can stand after a colon as it is. A second colon or slash there would make the field a word, and one that starts with a slash
 * must show at once that it is no regular expression.
 */
const isBare = (text: string): boolean =>
  bareValue.test(text) && !text.startsWith(":") && (!text.startsWith("/") || /^\/[^/]+\/[^/]/.test(text));

/** Writes a value, in quotes only when it needs them. */
export function valueText(text: string): string {
  return isBare(text) ? text : quoted(text);
}

/** Writes what a comparison or range compares with. */
export function operandText(operand: Operand): string {
  if (operand.type === "number") return numberText(operand);
  const isSafe = isBare(operand.text) && operand.text !== "TO" && readOperand(operand.text)?.type === "text";
  return isSafe ? operand.text : quoted(operand.text);
}

/** Writes a field's name and its colon. */
export function fieldText(field: Field): string {
  const name = fieldName(field);
  return `${bareName.test(name) ? name : quoted(name)}:`;
}

import { openMap } from "../../value.ts";
import { parseSeverity, type Severity } from "../severity.ts";
import { parseTime } from "../time.ts";
import type { TextDialect } from "./dialect.ts";

const leadingTime =
  /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d)(?![\w]))?)\]?:?(?:\s+|$)/;
const leadingWord = /^(\[|<)?([A-Za-z]{3,13})(\]|>|:)?(?=[\s:|-]|$)/;

/** A word counts as a level only where it looks like one: in capitals, in brackets or before a colon. "log in failed" has none. */
function leadingSeverity(text: string): Severity | undefined {
  const [, before, word = "", after] = leadingWord.exec(text) ?? [];
  const marked = before !== undefined || after !== undefined || word === word.toUpperCase();
  return marked && word !== "" ? parseSeverity(word) : undefined;
}

/** Plain text: a time at the start is read and cut off, a level after it is read and stays. */
export const plain: TextDialect = {
  name: "plain",
  read(line) {
    const match = leadingTime.exec(line);
    const time = parseTime(match?.[1]);
    const body = match && time !== undefined ? line.slice(match[0].length) : line;
    return { time, severity: leadingSeverity(body), body, attributes: openMap() };
  },
};

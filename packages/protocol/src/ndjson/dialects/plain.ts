import { openMap } from "../../value.ts";
import { parseSeverity, type Severity } from "../severity.ts";
import { readSyslog } from "../syslog.ts";
import { levelAfterTime } from "../text-level.ts";
import { leadingTime } from "../text-time.ts";
import type { TextDialect } from "./dialect.ts";

const leadingWord = /^(\[|<)?([A-Za-z]{3,13})(\]|>|:)?(?=[\s:|-]|$)/;

/** A word counts as a level only where it looks like one: in capitals, in brackets or before a colon. "log in failed" has none. */
function leadingSeverity(text: string): Severity | undefined {
  const [, before, word = "", after] = leadingWord.exec(text) ?? [];
  const marked = before !== undefined || after !== undefined || word === word.toUpperCase();
  return marked && word !== "" ? parseSeverity(word) : undefined;
}

/** Plain text: a time at the start is read and cut off, a level after it is read and stays. Syslog's head is taken apart. */
export const plain: TextDialect = {
  name: "plain",
  read(line, receivedAtMs) {
    const syslog = readSyslog(line, receivedAtMs);
    if (syslog) return syslog;
    const start = leadingTime(line, receivedAtMs);
    if (!start) return { severity: leadingSeverity(line), body: line, attributes: openMap() };
    const body = line.slice(start.length);
    return { time: start.time, severity: levelAfterTime(body), body, attributes: openMap() };
  },
};

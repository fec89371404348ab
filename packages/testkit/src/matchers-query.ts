import { type Ledger, type Level, ledgerFault, levels } from "@taffrail/contracts";
import type { RecordedLine } from "./recorder.ts";

/** Where records are looked for: a recorder, a memory sink, or the records themselves. */
export type RecordSource =
  | readonly RecordedLine[]
  | { readonly records: readonly RecordedLine[] | (() => readonly RecordedLine[]) };

/**
 * What a record must have: a text that is its message, a pattern that its message matches, or fields with their values. Fields are compared in depth;
 * a record may have more. A value may be a pattern, a function that judges the value, or an asymmetric matcher (`expect.any(Number)`).
 */
export type Wanted = string | RegExp | Readonly<Record<string, unknown>>;

/** A level, then what is wanted, or one of them alone. A word that is a level is one. */
export type LogQuery = readonly [level: Level, wanted?: Wanted] | readonly [wanted?: Wanted];

/** What a ledger is looked for in: itself, or a logger. The ledgers of its sinks are judged too. */
export type LedgerSource = Ledger | { ledger(): Ledger };

interface Question {
  readonly level: Level | undefined;
  readonly wanted: Wanted | undefined;
}

const shown = 10;

/** The records of a source, oldest first. */
export function recordsOf(source: RecordSource): readonly RecordedLine[] {
  if (Array.isArray(source)) return source as readonly RecordedLine[];
  const { records } = source as { readonly records: readonly RecordedLine[] | (() => readonly RecordedLine[]) };
  return typeof records === "function" ? records() : records;
}

function readQuery([first, second]: LogQuery): Question {
  const level = levels.find((each) => each === first);
  return level === undefined ? { level, wanted: first as Wanted | undefined } : { level, wanted: second };
}

function isAsymmetric(value: unknown): value is { asymmetricMatch(actual: unknown): boolean } {
  return typeof (value as { readonly asymmetricMatch?: unknown } | null)?.asymmetricMatch === "function";
}

function fits(actual: unknown, wanted: unknown): boolean {
  if (isAsymmetric(wanted)) return wanted.asymmetricMatch(actual);
  if (wanted instanceof RegExp)
    return typeof actual === "string" && new RegExp(wanted, wanted.flags.replace(/[gy]/g, "")).test(actual);
  if (typeof wanted === "function") return Boolean(wanted(actual));
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) && actual.length === wanted.length && wanted.every((item, at) => fits(actual[at], item))
    );
  }
  if (typeof wanted === "object" && wanted !== null) {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return false;
    const fields = actual as RecordedLine;
    return Object.entries(wanted).every(([key, value]) => fits(fields[key], value));
  }
  return Object.is(actual, wanted);
}

function answers(record: RecordedLine, { level, wanted }: Question): boolean {
  if (level !== undefined && record.level !== level) return false;
  if (typeof wanted === "string" || wanted instanceof RegExp) return fits(record.msg, wanted);
  return wanted === undefined || fits(record, wanted);
}

/**
 * The records that answer a query, oldest first.
 *
 * @example findLogged(recorded, "warn", { sku: "A1" })
 */
export function findLogged(source: RecordSource, ...query: LogQuery): readonly RecordedLine[] {
  const question = readQuery(query);
  return recordsOf(source).filter((record) => answers(record, question));
}

function describeValue(_key: string, value: unknown): unknown {
  if (value instanceof RegExp || typeof value === "function") return String(value);
  return isAsymmetric(value)
    ? String((value as { toAsymmetricMatcher?: () => string }).toAsymmetricMatcher?.() ?? value)
    : value;
}

/** A query in words. */
export function describeQuery(query: LogQuery): string {
  const { level, wanted } = readQuery(query);
  const subject = level === undefined ? "a record" : `a record of level ${level}`;
  if (wanted === undefined) return subject;
  if (typeof wanted === "string") return `${subject} with the message ${JSON.stringify(wanted)}`;
  if (wanted instanceof RegExp) return `${subject} whose message matches ${wanted}`;
  return `${subject} with ${JSON.stringify(wanted, describeValue)}`;
}

/** Records for a person to read: the newest ones, one a line. */
export function describeRecords(records: readonly RecordedLine[]): string {
  if (records.length === 0) return "nothing was logged";
  const lines = records.slice(-shown).map((record) => `  ${JSON.stringify(record)}`);
  const more = records.length > shown ? ` (the last ${shown} of ${records.length})` : "";
  return `logged${more}:\n${lines.join("\n")}`;
}

/** Records of error and fatal. */
export function errorsOf(source: RecordSource): readonly RecordedLine[] {
  return recordsOf(source).filter(({ level }) => level === "error" || level === "fatal");
}

/** What is wrong with a ledger and those of its sinks, each in a sentence. */
export function ledgerFaults(source: LedgerSource): readonly string[] {
  const ledger: Ledger & { readonly sinks?: Readonly<Record<string, Ledger>> } =
    "ledger" in source ? source.ledger() : source;
  const named: readonly (readonly [string, Ledger])[] = [["logger", ledger], ...Object.entries(ledger.sinks ?? {})];
  return named.flatMap(([name, each]) => {
    const fault = ledgerFault(each);
    return fault === undefined ? [] : [`${name}: ${fault}`];
  });
}

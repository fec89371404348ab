import type { LogView } from "@taffrail/client";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

const levelColumns = 5;
const valueCharactersMax = 200;

/** A value as it stands behind its key: quoted when it has blanks, cut when it is long. */
function valueText(value: string | number): string {
  const text = printable(String(value));
  const cut = text.length > valueCharactersMax ? `${text.slice(0, valueCharactersMax - 1)}…` : text;
  return /[\s"=]/.test(cut) || cut === "" ? JSON.stringify(cut) : cut;
}

/** Further lines of a body stand under the first, so that a stack trace stays readable and cannot pass for other records. */
const indented = (body: string): string => printable(body).replace(/\n/g, "\n    ");

/**
 * One record as a line for people (more lines when its body has them), without a line break at its end.
 *
 * @example recordText(record, paint) // "2026-11-22T09:00:00.123Z INFO  checkout order placed total=42"
 */
export function recordText(record: LogView, paint: Paint): string {
  const time = paint.dim(record.time.replace(/(\.\d{3})\d*Z$/, "$1Z"));
  const level = paint.level(record.level, record.level.toUpperCase().padEnd(levelColumns));
  const service = paint.bold(printable(record.service));
  const attributes = Object.entries(record.attributes).map(
    ([key, value]) => `${paint.dim(`${printable(key)}=`)}${valueText(value)}`,
  );
  return [time, level, service, indented(record.body), ...attributes].filter((part) => part !== "").join(" ");
}

const builtIn = [
  "id",
  "time",
  "observedTime",
  "level",
  "severityNumber",
  "severityText",
  "service",
  "body",
  "eventName",
  "traceId",
  "spanId",
  "traceFlags",
  "scopeName",
  "scopeVersion",
  "source",
] as const;
type BuiltIn = (typeof builtIn)[number];

/** The value of a field: a built-in name, an attribute's dotted name, or `resource.` and a resource attribute's name. */
function fieldOf(record: LogView, field: string): string | number | null {
  if ((builtIn as readonly string[]).includes(field)) return record[field as BuiltIn];
  const attribute = record.attributes[field];
  if (attribute !== undefined) return attribute;
  return record.resource[field.replace(/^resource\./, "")] ?? null;
}

/**
 * Only the wanted fields of a record, in the wanted order; what it does not have is null.
 *
 * @example pickFields(record, ["time", "user.id"]) // { time: "2026-...", "user.id": 7 }
 */
function pickFields(record: LogView, fields: readonly string[]): Record<string, string | number | null> {
  return Object.fromEntries(fields.map((field) => [field, fieldOf(record, field)]));
}

export interface RecordFormat {
  readonly json: boolean;
  readonly fields?: readonly string[] | undefined;
  readonly paint: Paint;
}

/** One record in the wanted form, ending in "\n": a JSON line, tab-separated fields, or a line for people. */
export function formatRecord(record: LogView, format: RecordFormat): string {
  const { json, fields, paint } = format;
  if (json) return `${JSON.stringify(fields ? pickFields(record, fields) : record)}\n`;
  if (!fields) return `${recordText(record, paint)}\n`;
  const values = Object.values(pickFields(record, fields));
  return `${values.map((value) => printable(String(value ?? "-")).replace(/[\t\n]/g, " ")).join("\t")}\n`;
}

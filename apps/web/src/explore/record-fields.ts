import type { LogView } from "@taffrail/client";
import { fieldName, resolveField } from "@taffrail/query";

/** Where a record's own members are found under the names of the query language. */
const columnValues: Readonly<Record<string, (record: LogView) => string>> = {
  level: (record) => record.level,
  service: (record) => record.service,
  body: (record) => record.body,
  trace: (record) => record.traceId,
  span: (record) => record.spanId,
  source: (record) => record.source,
  "event.name": (record) => record.eventName,
  "scope.name": (record) => record.scopeName,
  "scope.version": (record) => record.scopeVersion,
  severity_text: (record) => record.severityText,
  severity_number: (record) => String(record.severityNumber),
};

/**
 * What a record holds under a field name, read as the query language reads names; empty when it has no such field.
 *
 * @example fieldText(record, "http.route") // "/orders/:id"
 */
export function fieldText(record: LogView, name: string): string {
  const field = resolveField(name);
  if (field.in === "column") return columnValues[field.name]?.(record) ?? "";
  const { key } = field;
  const places = {
    attributes: record.attributes[key],
    resource: record.resource[key],
    scope: record.scopeAttributes[key],
    any: record.attributes[key] ?? record.resource[key],
  };
  return String(places[field.in] ?? "");
}

/** One line of the parsed view. */
export interface FieldLine {
  readonly key: string;
  /** The name that the query language knows it by. */
  readonly field: string;
  readonly value: string;
  /** Numbers are shown in their own colour. */
  readonly isNumber: boolean;
}

export interface FieldGroup {
  readonly title: string;
  readonly lines: readonly FieldLine[];
}

/** A stack trace found among the attributes. */
export interface StackView {
  readonly key: string;
  readonly stack: string;
}

const stackKey = /(?:^|\.)(?:stack|stacktrace|stack_trace)$/;

function linesOf(
  values: Readonly<Record<string, string | number>>,
  nameOf: (key: string) => string,
): readonly FieldLine[] {
  return Object.keys(values)
    .sort()
    .map((key) => ({ key, field: nameOf(key), value: String(values[key]), isNumber: typeof values[key] === "number" }));
}

function columnLines(record: LogView, names: readonly (readonly [key: string, field: string])[]): readonly FieldLine[] {
  return names.flatMap(([key, field]) => {
    const value = columnValues[field]?.(record) ?? "";
    return value === "" ? [] : [{ key, field, value, isNumber: false }];
  });
}

/** All that a record holds beside its message and its stack traces, in groups; empty groups are left out. */
export function fieldGroups(record: LogView): readonly FieldGroup[] {
  const plain = Object.fromEntries(Object.entries(record.attributes).filter(([key]) => !stackKey.test(key)));
  const groups: readonly FieldGroup[] = [
    { title: "Attributes", lines: linesOf(plain, (key) => fieldName({ in: "any", key })) },
    {
      title: "Trace",
      lines: columnLines(record, [
        ["trace id", "trace"],
        ["span id", "span"],
      ]),
    },
    {
      title: "Record",
      lines: columnLines(record, [
        ["level", "level"],
        ["severity text", "severity_text"],
        ["service", "service"],
        ["event name", "event.name"],
        ["source", "source"],
      ]),
    },
    {
      title: "Resource",
      lines: linesOf(record.resource, (key) =>
        key in record.attributes ? fieldName({ in: "resource", key }) : fieldName({ in: "any", key }),
      ),
    },
    {
      title: "Scope",
      lines: [
        ...columnLines(record, [
          ["name", "scope.name"],
          ["version", "scope.version"],
        ]),
        ...linesOf(record.scopeAttributes, (key) => fieldName({ in: "scope", key })),
      ],
    },
  ];
  return groups.filter((group) => group.lines.length > 0);
}

/** The stack traces among a record's attributes, longest key last, so that causes follow what they caused. */
export function stacksOf(record: LogView): readonly StackView[] {
  return Object.keys(record.attributes)
    .filter((key) => stackKey.test(key))
    .sort((one, other) => one.length - other.length)
    .map((key) => ({ key, stack: String(record.attributes[key]) }));
}

/** Attributes for the end of a table row, in their own order, without those that have a column, stack traces and long texts. */
export function previewOf(record: LogView, columns: readonly string[], most: number): readonly FieldLine[] {
  const lines: FieldLine[] = [];
  for (const [key, value] of Object.entries(record.attributes)) {
    if (lines.length >= most) break;
    const text = String(value);
    if (stackKey.test(key) || columns.includes(key) || text.length > 80) continue;
    lines.push({ key, field: key, value: text, isNumber: typeof value === "number" });
  }
  return lines;
}

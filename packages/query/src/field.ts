/** How a column is compared: `folded` in any case, `exact` by bytes, `hex` in lower case, `body` by tokens, `level` by severity, `number`. */
type ColumnType = "folded" | "exact" | "hex" | "body" | "level" | "number";

/** A built-in field: a column of the table under a short name. */
export interface KnownField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly column: string;
  readonly type: ColumnType;
  readonly description: string;
}

/** The built-in fields, in the order in which completion offers them. A new one is a new entry here. */
export const knownFields: readonly KnownField[] = [
  {
    name: "level",
    aliases: ["severity"],
    column: "SeverityNumber",
    type: "level",
    description: "trace, debug, info, warn, error or fatal; ordered, so level:>=warn works",
  },
  {
    name: "service",
    aliases: ["service.name"],
    column: "ServiceName",
    type: "folded",
    description: "name of the service that wrote the record",
  },
  {
    name: "body",
    aliases: ["message", "msg"],
    column: "Body",
    type: "body",
    description: "the message; bare words search here",
  },
  {
    name: "trace",
    aliases: ["trace_id", "traceId", "trace.id"],
    column: "TraceId",
    type: "hex",
    description: "trace id, 32 hex digits",
  },
  {
    name: "span",
    aliases: ["span_id", "spanId", "span.id"],
    column: "SpanId",
    type: "hex",
    description: "span id, 16 hex digits",
  },
  { name: "source", aliases: [], column: "Source", type: "folded", description: "how the record came in: otlp, lines" },
  {
    name: "event.name",
    aliases: ["event_name"],
    column: "EventName",
    type: "exact",
    description: "name of the event, if the record is one",
  },
  {
    name: "scope.name",
    aliases: ["scope_name"],
    column: "ScopeName",
    type: "exact",
    description: "instrumentation scope: the library or module that wrote the record",
  },
  {
    name: "scope.version",
    aliases: ["scope_version"],
    column: "ScopeVersion",
    type: "exact",
    description: "version of the instrumentation scope",
  },
  {
    name: "severity_text",
    aliases: [],
    column: "SeverityText",
    type: "folded",
    description: "the sender's own word for the severity",
  },
  {
    name: "severity_number",
    aliases: [],
    column: "SeverityNumber",
    type: "number",
    description: "OpenTelemetry severity number, 1 to 24; 0 when unset",
  },
];

/** A short name that stands for a well-known attribute. */
const shortNames: Readonly<Record<string, string>> = { host: "host.name" };

type FieldPlace = "any" | "attributes" | "resource" | "scope";

/** What a field name means: a column, or a key. `any` looks among the record's attributes and its resource's. */
export type Field =
  | { readonly in: "column"; readonly name: string }
  | { readonly in: FieldPlace; readonly key: string };

const prefixes = ["attributes", "resource", "scope"] as const;

/** The body, as a field. */
export const bodyField: Field = { in: "column", name: "body" };

/** Finds the built-in field of a name or alias. */
export function knownField(name: string): KnownField | undefined {
  return knownFields.find((known) => known.name === name || known.aliases.includes(name));
}

/**
 * Reads a field name: built-in names and aliases first, then `attributes.`, `resource.` and `scope.` prefixes, else a key of either map.
 * A leading `@` says that the rest is a key, whatever it looks like.
 *
 * @example resolveField("resource.k8s.pod.name") // { in: "resource", key: "k8s.pod.name" }
 */
export function resolveField(name: string): Field {
  if (name.startsWith("@") && name.length > 1) return { in: "any", key: name.slice(1) };
  const known = knownField(name);
  if (known !== undefined) return { in: "column", name: known.name };
  const place = prefixes.find((prefix) => name.startsWith(`${prefix}.`) && name.length > prefix.length + 1);
  if (place !== undefined) return { in: place, key: name.slice(place.length + 1) };
  return { in: "any", key: Object.hasOwn(shortNames, name) ? (shortNames[name] ?? name) : name };
}

/**
 * The shortest name that `resolveField` reads as this field.
 *
 * @example fieldName({ in: "any", key: "level" }) // "@level"
 */
export function fieldName(field: Field): string {
  if (field.in === "column") return field.name;
  if (field.in !== "any") return `${field.in}.${field.key}`;
  const read = resolveField(field.key);
  return read.in === "any" && read.key === field.key ? field.key : `@${field.key}`;
}

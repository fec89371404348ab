import type { EncodedRecord, Formatter } from "@taffrail/contracts";
import { formatManifest } from "./manifest.ts";
import { type Fields, isFields, isLoggedError, parseLine, stackOf } from "./parsed-line.ts";

/** Version of the schema whose names are used. */
const ecsVersion = "8.11.0";

/** Names of the schema that hold an object: a plain value under one of them would be refused by an index that follows it. */
const objectNames: ReadonlySet<string> = new Set(
  (
    "agent client cloud code_signature container data_stream destination device dll dns ecs elf email error event faas file geo group " +
    "hash host http interface labels log network observer orchestrator organization os package pe process registry related rule server " +
    "service source span threat tls trace transaction url user user_agent vlan volume vulnerability x509"
  ).split(" "),
);
/** Names that this form gives out itself. */
const ownNames: ReadonlySet<string> = new Set(["@timestamp", "log.level", "message", "ecs.version", "service.name"]);
const moved: Readonly<Record<string, string>> = {
  time: "@timestamp",
  level: "log.level",
  msg: "message",
  service: "service.name",
  trace_id: "trace.id",
  span_id: "span.id",
};

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function errorOf(error: Parameters<typeof stackOf>[0]): Fields {
  const { type, message, stack, ...rest } = error;
  const code = typeof rest.code === "string" || typeof rest.code === "number" ? { code: String(rest.code) } : {};
  return { type, message, stack_trace: stackOf(error), ...code };
}

/** An object without a prototype: a field may be called `__proto__`. */
function openFields(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

/** What an object of the schema cannot hold stands here, as text. */
function addLabels(labels: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "labels" && isFields(value)) {
    for (const [label, text] of Object.entries(value)) labels[label.replaceAll(".", "_")] = textOf(text);
  } else labels[name.replace(/[.@]/g, "_")] = textOf(value);
}

function isLabel(name: string, value: unknown): boolean {
  if (name === "labels" || name === "error" || ownNames.has(name)) return true;
  return objectNames.has(name) && !isFields(value);
}

function convert(record: Fields): Fields {
  const out = openFields();
  const labels = openFields();
  out["@timestamp"] = record.time;
  out["log.level"] = record.level;
  out.message = record.msg;
  out["ecs.version"] = ecsVersion;
  for (const [name, value] of Object.entries(record)) {
    const target = Object.hasOwn(moved, name) ? moved[name] : undefined;
    if (target !== undefined) out[target] = value;
    else if (isLoggedError(value) && out.error === undefined) {
      const { type, message, stack, ...rest } = value;
      out.error = errorOf(value);
      if (Object.keys(rest).length > 0) addLabels(labels, `${name}_details`, rest);
    } else if (isLabel(name, value)) addLabels(labels, name, value);
    else out[name] = value;
  }
  if (Object.keys(labels).length > 0) out.labels = labels;
  return out;
}

/**
 * Makes JSON lines in the names of the Elastic Common Schema: `@timestamp`, `log.level`, `message`, `service.name`, `trace.id`, `span.id` and, for
 * the first error of a record, `error.type`, `error.message`, `error.stack_trace`. Other fields keep their names; a plain value whose name the
 * schema has for an object stands as text under `labels`. A line that is no record becomes the message.
 *
 * @example
 * ecsFormat().format({ level: "info", line: '{"time":"2026-11-22T09:00:00.123Z","level":"info","service":"shop","msg":"paid"}\n' })
 * // '{"@timestamp":"2026-11-22T09:00:00.123Z","log.level":"info","message":"paid","ecs.version":"8.11.0","service.name":"shop"}\n'
 */
export function ecsFormat(): Formatter {
  return {
    manifest: formatManifest("ecs"),
    format: ({ line, level }: EncodedRecord) => {
      const record = parseLine(line) ?? { level, msg: line.trimEnd() };
      return `${JSON.stringify(convert(record))}\n`;
    },
  };
}

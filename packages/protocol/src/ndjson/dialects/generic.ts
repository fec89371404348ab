import { rest, take, takeProcess, takeServiceAndName, takeSeverity, takeText, takeTime, takeTrace } from "../fields.ts";
import type { Severity } from "../severity.ts";
import type { JsonDialect } from "./dialect.ts";

const timeNames = ["time", "timestamp", "@timestamp", "ts", "t", "datetime"];
const severityNames = ["level", "severity", "lvl", "log.level", "loglevel", "severity_text", "severityText"];
const bodyNames = ["msg", "message", "body", "text", "log", "event"];

/** A number under OpenTelemetry's own name needs no guess. */
const otelNumber = (value: unknown): Severity | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 24
    ? { number: value, text: "" }
    : undefined;

/** Any other JSON object: the names that loggers of many languages use for time, level and message. */
export const generic: JsonDialect = {
  name: "json",
  recognises: () => true,
  read(fields) {
    const time = takeTime(fields, timeNames);
    const named = takeSeverity(fields, severityNames);
    const numbered = take(fields, ["severity_number", "severityNumber"], otelNumber);
    const body = takeText(fields, bodyNames);
    const names = takeServiceAndName(fields);
    const trace = takeTrace(fields);
    const resource = takeProcess(fields);
    const severity = numbered ? { number: numbered.number, text: named?.text ?? "" } : named;
    return { time, severity, body, ...names, ...trace, resource, attributes: rest(fields) };
  },
};

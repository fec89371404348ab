import { rest, take, takeProcess, takeServiceAndName, takeSeverity, takeText, takeTime, takeTrace } from "../fields.ts";
import type { JsonDialect } from "./dialect.ts";

const timeNames = ["time", "timestamp", "@timestamp", "ts", "t", "datetime"];
const severityNames = ["level", "severity", "lvl", "log.level", "loglevel", "severity_text", "severityText"];
const bodyNames = ["msg", "message", "body", "text", "log", "event"];

/** A number under OpenTelemetry's own name needs no guess. */
const otelNumber = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 24 ? value : undefined;

/** Any other JSON object: the names that loggers of many languages use for time, level and message. */
export const generic: JsonDialect = {
  name: "json",
  recognises: () => true,
  read(fields) {
    const time = takeTime(fields, timeNames);
    const number = take(fields, ["severity_number", "severityNumber"], otelNumber);
    const severity =
      number === undefined
        ? takeSeverity(fields, severityNames)
        : { number, text: takeText(fields, ["severity_text", "severityText"]) ?? "" };
    const body = takeText(fields, bodyNames);
    const names = takeServiceAndName(fields);
    const trace = takeTrace(fields);
    const resource = takeProcess(fields);
    return { time, severity, body, ...names, ...trace, resource, attributes: rest(fields) };
  },
};

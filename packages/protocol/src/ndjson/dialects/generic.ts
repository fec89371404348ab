import { severityOf } from "@taffrail/contracts";
import type { RecordMap } from "../../value.ts";
import { addException, exceptionOf } from "../exception.ts";
import { rest, take, takeProcess, takeServiceAndName, takeSeverity, takeText, takeTime, takeTrace } from "../fields.ts";
import type { JsonDialect } from "./dialect.ts";

const timeNames = ["time", "timestamp", "@timestamp", "ts", "t", "datetime", "asctime", "@t"];
const severityNames = [
  "levelname",
  "level_name",
  "level",
  "severity",
  "lvl",
  "log.level",
  "loglevel",
  "severity_text",
  "severityText",
  "@l",
];
const bodyNames = ["msg", "message", "body", "text", "log", "event", "@m", "@mt"];

/** A number under OpenTelemetry's own name needs no guess. */
const otelNumber = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 24 ? value : undefined;

/** Serilog's compact format leaves out the level of ordinary records, and writes an exception as text. */
const isSerilog = (object: RecordMap): boolean => typeof object["@t"] === "string";

/** Any other JSON object: the names that loggers of many languages use for time, level and message. */
export const generic: JsonDialect = {
  name: "json",
  recognises: () => true,
  read(fields) {
    const time = takeTime(fields, timeNames);
    const number = take(fields, ["severity_number", "severityNumber"], otelNumber);
    const named =
      number === undefined
        ? takeSeverity(fields, severityNames)
        : { number, text: takeText(fields, ["severity_text", "severityText"]) ?? "" };
    const severity = named ?? (isSerilog(fields.object) ? { number: severityOf.info, text: "" } : undefined);
    const body = takeText(fields, bodyNames);
    const names = takeServiceAndName(fields);
    const trace = takeTrace(fields);
    const resource = takeProcess(fields);
    const attributes = rest(fields);
    const stack = isSerilog(fields.object) ? attributes["@x"] : undefined;
    const exception = typeof stack === "string" ? exceptionOf("", "", stack) : undefined;
    if (exception) addException(attributes, exception);
    return { time, severity, body, ...names, ...trace, resource, attributes };
  },
};

import { addException, exceptionOf } from "../exception.ts";
import { rest, takeProcess, takeService, takeSeverity, takeText, takeTime, takeTrace } from "../fields.ts";
import type { JsonDialect } from "./dialect.ts";

/** winston's JSON format: level and message as text, `timestamp` when configured, the stack of a logged error at the top. */
export const winston: JsonDialect = {
  name: "winston",
  recognises: ({ level, message, time, msg }) =>
    typeof level === "string" && typeof message === "string" && time === undefined && msg === undefined,
  read(fields) {
    const time = takeTime(fields, ["timestamp", "@timestamp", "ts", "asctime", "datetime"]);
    const severity = takeSeverity(fields, ["level"]);
    const body = takeText(fields, ["message"]);
    const service = takeService(fields);
    const trace = takeTrace(fields);
    const resource = takeProcess(fields);
    const attributes = rest(fields);
    const { stack } = fields.object;
    const exception = typeof stack === "string" ? exceptionOf("", body ?? "", stack) : undefined;
    if (exception) addException(attributes, exception);
    return { time, severity, body, service, ...trace, resource, attributes };
  },
};

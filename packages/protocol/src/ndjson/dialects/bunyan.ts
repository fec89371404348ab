import { rest, take, takeProcess, takeServiceAndName, takeText, takeTime, takeTrace } from "../fields.ts";
import { severityOfTens } from "../severity.ts";
import type { JsonDialect } from "./dialect.ts";

/** bunyan: version 0, a logger's name, a numeric level of 10 to 60, an ISO time. */
export const bunyan: JsonDialect = {
  name: "bunyan",
  recognises: ({ v, name, level, time, msg }) =>
    v === 0 &&
    typeof name === "string" &&
    typeof level === "number" &&
    typeof time === "string" &&
    typeof msg === "string",
  read(fields) {
    fields.taken.add("v");
    const time = takeTime(fields, ["time"]);
    const severity = take(fields, ["level"], (level) =>
      typeof level === "number" ? severityOfTens(level) : undefined,
    );
    const body = takeText(fields, ["msg"]);
    const names = takeServiceAndName(fields);
    const trace = takeTrace(fields);
    const resource = takeProcess(fields);
    return { time, severity, body, ...names, ...trace, resource, attributes: rest(fields) };
  },
};

import { rest, take, takeProcess, takeServiceAndName, takeText, takeTime, takeTrace } from "../fields.ts";
import { severityOfTens } from "../severity.ts";
import type { JsonDialect } from "./dialect.ts";

/** pino: a numeric level of 10 to 60, a time in milliseconds (or ISO when so configured), pid, hostname, msg. */
export const pino: JsonDialect = {
  name: "pino",
  recognises: ({ level, time, v, msg, pid, hostname }) =>
    typeof level === "number" &&
    level >= 10 &&
    v === undefined &&
    (typeof time === "number" || typeof time === "string") &&
    (msg !== undefined || pid !== undefined || hostname !== undefined),
  read(fields) {
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

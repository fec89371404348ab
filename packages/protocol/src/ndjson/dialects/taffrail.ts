import { type Level, levels } from "@taffrail/contracts";
import { rest, takeProcess, takeService, takeSeverity, takeText, takeTime, takeTrace } from "../fields.ts";
import type { JsonDialect } from "./dialect.ts";

/** Lines of the `taffrail` library: reserved names at the top, everything else as the user named it. */
export const taffrail: JsonDialect = {
  name: "taffrail",
  recognises: ({ time, level, service, msg }) =>
    typeof time === "string" &&
    typeof msg === "string" &&
    typeof service === "string" &&
    levels.includes(level as Level),
  read(fields) {
    const time = takeTime(fields, ["time"]);
    const severity = takeSeverity(fields, ["level"]);
    const service = takeService(fields);
    const body = takeText(fields, ["msg"]);
    const trace = takeTrace(fields);
    const resource = takeProcess(fields);
    return { time, severity, service, body, ...trace, resource, attributes: rest(fields) };
  },
};

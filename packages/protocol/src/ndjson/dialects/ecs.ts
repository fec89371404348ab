import { isMap, type OpenMap, openMap, type RecordMap, type RecordValue } from "../../value.ts";
import { addException, exceptionOf } from "../exception.ts";
import { openFields, rest, takeSeverity, takeText, takeTime, takeTrace } from "../fields.ts";
import type { JsonDialect } from "./dialect.ts";

/** ECS writes `log.level` both as a dotted key and as an object in an object; one level of dots makes them one. */
function dotted(object: RecordMap): OpenMap {
  const result = openMap();
  for (const key in object) {
    const value = object[key] as RecordValue;
    if (!isMap(value) || Object.keys(value).length === 0) result[key] = value;
    else for (const inner in value) result[`${key}.${inner}`] = value[inner] as RecordValue;
  }
  return result;
}

const text = (value: RecordValue | undefined): string => (typeof value === "string" ? value : "");

/** Elastic Common Schema, as ecs-pino-format, ecs-winston-format and Beats write it. */
export const ecs: JsonDialect = {
  name: "ecs",
  recognises: (object) =>
    object["@timestamp"] !== undefined &&
    (object["ecs.version"] !== undefined ||
      isMap(object.ecs) ||
      object["log.level"] !== undefined ||
      isMap(object.log)),
  read({ object }) {
    const fields = openFields(dotted(object));
    const time = takeTime(fields, ["@timestamp"]);
    const severity = takeSeverity(fields, ["log.level"]);
    const body = takeText(fields, ["message"]);
    const service = takeText(fields, ["service.name"]);
    const scopeName = takeText(fields, ["log.logger"]);
    const trace = takeTrace(fields);
    const attributes = rest(fields);
    const exception = exceptionOf(
      text(attributes["error.type"]),
      text(attributes["error.message"]),
      text(attributes["error.stack_trace"]),
    );
    if (exception) addException(attributes, exception);
    return { time, severity, body, service, scopeName, ...trace, attributes };
  },
};

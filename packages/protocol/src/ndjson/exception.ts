import { isMap, type OpenMap, type RecordMap, type RecordValue } from "../value.ts";

/** An error found in a line, in OpenTelemetry's terms. */
interface Exception {
  readonly type: string;
  readonly message: string;
  readonly stacktrace: string;
}

/** `TypeError: x is bad` names the type; a stack that starts otherwise does not. */
function typeOfStack(stack: string): string {
  return /^(?:Uncaught )?([A-Za-z_$][\w.$]*)(?::|\n|$)/.exec(stack)?.[1] ?? "";
}

const text = (value: RecordValue | undefined): string => (typeof value === "string" ? value : "");

/**
 * Makes an exception of its parts; the type is read from the stack when nobody names it. Undefined when there is neither stack nor type.
 */
export function exceptionOf(type: string, message: string, stacktrace: string): Exception | undefined {
  const named = type === "" ? typeOfStack(stacktrace) : type;
  return named === "" && stacktrace === "" ? undefined : { type: named, message, stacktrace };
}

function readError(value: RecordMap): Exception | undefined {
  if (typeof value.message !== "string") return undefined;
  const stack = text(value.stack) || text(value.stack_trace) || text(value.stacktrace);
  return exceptionOf(text(value.type) || text(value.name), value.message, stack);
}

/** The first error among the values: a map with a message and a stack or type, at any key. */
export function findException(attributes: RecordMap): Exception | undefined {
  for (const key in attributes) {
    const value = attributes[key];
    const exception = isMap(value) ? readError(value) : undefined;
    if (exception && (exception.stacktrace !== "" || /^(?:e|err|error|exception|cause)$/i.test(key))) return exception;
  }
  return undefined;
}

/** Writes an exception under OpenTelemetry's names, where the sender did not. */
export function addException(attributes: OpenMap, exception: Exception): void {
  for (const part of ["type", "message", "stacktrace"] as const) {
    const key = `exception.${part}`;
    if (exception[part] !== "" && attributes[key] === undefined) attributes[key] = exception[part];
  }
}

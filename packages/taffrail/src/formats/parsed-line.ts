/** Names and values of a parsed line. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a line of the library; undefined when it is no JSON object.
 *
 * @example parseLine('{"msg":"hello"}\n')?.msg // "hello"
 */
export function parseLine(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** True for an object that is no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An error as the library writes it: type, message and, mostly, a stack. */
export interface LoggedError extends Fields {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/**
 * True for what the library makes of an error.
 *
 * @example isLoggedError({ type: "TypeError", message: "no" }) // true
 */
export function isLoggedError(value: unknown): value is LoggedError {
  return isFields(value) && typeof value.type === "string" && typeof value.message === "string";
}

/** The text of an error for one value: its stack, or type and message where it has none. */
export function stackOf(error: LoggedError): string {
  return typeof error.stack === "string" ? error.stack : `${error.type}: ${error.message}`;
}

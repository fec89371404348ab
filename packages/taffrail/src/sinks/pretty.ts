type Fields = Readonly<Record<string, unknown>>;

const colourOf: Readonly<Record<string, number>> = { trace: 90, debug: 36, info: 32, warn: 33, error: 31, fatal: 35 };
const headNames: ReadonlySet<string> = new Set(["time", "level", "service", "msg"]);
const dim = 2;
const bold = 1;

/** Control characters, but not tab and line feed: a logged value must not be able to command the terminal. */
const controls = /[^\t\n -~\u00a0-\u{10ffff}]/gu;

function visible(text: string): string {
  return text.replace(controls, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function isErrorLike(value: unknown): value is Fields {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof (value as Fields).message === "string"
  );
}

function indent(text: string, by: string): string {
  return text.replaceAll("\n", `\n${by}`);
}

function errorBlock(name: string, error: Fields, by: string): string {
  const { type, message, stack, cause, errors, ...own } = error;
  const head = typeof stack === "string" ? stack : `${String(type)}: ${String(message)}`;
  let block = `\n${by}${name}: ${indent(visible(head), by)}`;
  if (Object.keys(own).length > 0) block += `\n${by}  ${visible(JSON.stringify(own))}`;
  if (isErrorLike(cause)) block += errorBlock("cause", cause, `${by}  `);
  else if (cause !== undefined) block += `\n${by}  cause: ${visible(JSON.stringify(cause))}`;
  if (Array.isArray(errors)) {
    for (const [index, member] of errors.entries()) {
      if (isErrorLike(member)) block += errorBlock(`errors[${index}]`, member, `${by}  `);
    }
  }
  return block;
}

function plainValue(value: unknown): string {
  if (typeof value === "string" && /^[\w./:@+-]+$/.test(value)) return value;
  return visible(JSON.stringify(value));
}

/** `09:00:00.123` of the line's own UTC time, shown in the zone of the machine. */
function clockTime(time: unknown): string {
  const date = new Date(String(time));
  const two = (value: number): string => String(value).padStart(2, "0");
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/**
 * Turns one JSON line of the library into one or more lines for people: time, level, service, message, fields, and errors with their stacks below.
 * A line that is no JSON object is shown as it is.
 *
 * @example prettyLine('{"time":"2026-11-22T09:00:00.123Z","level":"info","service":"checkout","msg":"order placed","total":9}\n', false)
 * // "09:00:00.123 INFO  checkout order placed total=9\n"
 */
export function prettyLine(line: string, colours: boolean): string {
  let record: Fields;
  try {
    record = JSON.parse(line) as Fields;
  } catch {
    return line;
  }
  const paint = (text: string, ...codes: readonly number[]): string =>
    colours ? `\u001b[${codes.join(";")}m${text}\u001b[0m` : text;
  const level = String(record.level);
  let head = `${paint(clockTime(record.time), dim)} ${paint(level.toUpperCase().padEnd(5), colourOf[level] ?? 0)} `;
  head += `${paint(visible(String(record.service)), dim)} ${paint(visible(indent(String(record.msg), "    ")), bold)}`;
  let blocks = "";
  for (const [name, value] of Object.entries(record)) {
    if (headNames.has(name)) continue;
    if (isErrorLike(value)) blocks += errorBlock(visible(name), value, "    ");
    else head += ` ${paint(`${visible(name)}=`, dim)}${plainValue(value)}`;
  }
  return `${head}${blocks}\n`;
}

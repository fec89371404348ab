/** Units of time, in milliseconds. */
const timeUnits = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Units of size, in bytes: kB is 1000, KiB is 1024. */
const sizeUnits = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
} as const;

type TimeUnit = keyof typeof timeUnits;
type SizeUnit = keyof typeof sizeUnits;

/** What a value is compared with: a number, perhaps with a unit, or text. */
export type Operand =
  | { readonly type: "number"; readonly value: number; readonly unit: TimeUnit | SizeUnit | undefined }
  | { readonly type: "text"; readonly text: string };

/** Endings of field names that say which unit the field's plain number has; without one it is milliseconds or bytes. */
const nameEndings: readonly { readonly ending: RegExp; readonly unit: TimeUnit | SizeUnit }[] = [
  { ending: /(?:[_.-](?:ns|nanos|nanoseconds)|[a-z](?:Ns|Nanos|Nanoseconds))$/, unit: "ns" },
  { ending: /(?:[_.-](?:us|micros|microseconds)|[a-z](?:Us|Micros|Microseconds))$/, unit: "us" },
  { ending: /(?:[_.-](?:s|sec|secs|seconds)|[a-z](?:Secs|Seconds))$/, unit: "s" },
  { ending: /(?:[_.-](?:mins|minutes)|[a-z](?:Mins|Minutes))$/, unit: "m" },
  { ending: /(?:[_.-]hours|[a-z]Hours)$/, unit: "h" },
  { ending: /(?:[_.-]kb|[a-z](?:KB|Kb))$/, unit: "kb" },
  { ending: /(?:[_.-]mb|[a-z](?:MB|Mb))$/, unit: "mb" },
  { ending: /(?:[_.-]kib|[a-z](?:KiB|Kib))$/, unit: "kib" },
  { ending: /(?:[_.-]mib|[a-z](?:MiB|Mib))$/, unit: "mib" },
];

const numberShape = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Zµμ]*)$/;

const factorOf = (unit: string): number | undefined =>
  Object.hasOwn(timeUnits, unit)
    ? timeUnits[unit as TimeUnit]
    : Object.hasOwn(sizeUnits, unit)
      ? sizeUnits[unit as SizeUnit]
      : undefined;

const readUnit = (text: string): TimeUnit | SizeUnit | "none" | undefined => {
  if (text === "") return "none";
  if (text === "µs" || text === "μs") return "us";
  if (Object.hasOwn(timeUnits, text)) return text as TimeUnit;
  const size = text.toLowerCase();
  return Object.hasOwn(sizeUnits, size) ? (size as SizeUnit) : undefined;
};

/**
 * Reads what stands after a comparison: a number with an optional unit (`250ms`, `1.5MB`), else text. Undefined when the number is beyond a
 * double.
 *
 * @example readOperand("250ms") // { type: "number", value: 250, unit: "ms" }
 */
export function readOperand(text: string): Operand | undefined {
  const match = numberShape.exec(text);
  const unit = match === null ? undefined : readUnit(match[2] ?? "");
  if (match === null || unit === undefined) return { type: "text", text };
  const value = Number(match[1]);
  if (!Number.isFinite(value)) return undefined;
  return { type: "number", value: value === 0 ? 0 : value, unit: unit === "none" ? undefined : unit };
}

/** Writes an operand so that `readOperand` reads the same; text that looks like a number has to be quoted by the caller. */
export function numberText(operand: Operand & { readonly type: "number" }): string {
  return `${operand.value}${operand.unit ?? ""}`;
}

/**
 * The number to compare a field's plain number with. A unit is converted to the unit that the field's name ends in (`duration_s`,
 * `elapsedNs`, `size_kb`), else to milliseconds or bytes; without a unit the number stands as it is.
 *
 * @example plainNumber({ type: "number", value: 250, unit: "ms" }, "duration_s") // 0.25
 */
export function plainNumber(operand: Operand & { readonly type: "number" }, fieldKey: string): number {
  if (operand.unit === undefined) return operand.value;
  const isTime = Object.hasOwn(timeUnits, operand.unit);
  const own = nameEndings.find(
    (candidate) => candidate.ending.test(fieldKey) && Object.hasOwn(timeUnits, candidate.unit) === isTime,
  );
  const factor = factorOf(operand.unit) ?? 1;
  const ownFactor = own === undefined ? 1 : (factorOf(own.unit) ?? 1);
  // Rounded to 15 digits: 250 ms of a field in seconds is 0.25, not 0.25000000000000006.
  return Number(((operand.value * factor) / ownFactor).toPrecision(15));
}

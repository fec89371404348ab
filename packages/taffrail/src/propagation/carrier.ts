/** Something with a getter for headers: the fetch API's `Headers`, or a `Map`. */
interface GetterCarrier {
  get(name: string): unknown;
}

/**
 * Where a context travels: headers of a request, attributes of a message, data of a job. Values may be texts, bytes (Kafka), lists of these, or
 * objects with a `StringValue` or `stringValue` (SQS, SNS).
 */
export type Carrier = GetterCarrier | Readonly<Record<string, unknown>>;

/** A carrier's names are searched without regard to case up to this many; no honest message has more. */
const maxNames = 1024;
/** The longest text that is read; every header that we know ends far before. */
const maxLength = 32_768;

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.length <= maxLength ? value : undefined;
  if (value instanceof Uint8Array) return value.length <= maxLength ? new TextDecoder().decode(value) : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { StringValue, stringValue } = value as { readonly StringValue?: unknown; readonly stringValue?: unknown };
  const text = StringValue ?? stringValue;
  return typeof text === "string" ? textOf(text) : undefined;
}

function valueFor(carrier: Carrier, name: string): unknown {
  if (typeof carrier.get === "function") return (carrier as GetterCarrier).get(name) ?? undefined;
  const record = carrier as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(record, name)) return record[name];
  const found = Object.keys(record)
    .slice(0, maxNames)
    .find((key) => key.length === name.length && key.toLowerCase() === name);
  return found === undefined ? undefined : record[found];
}

/**
 * Reads every value of a name (in lower case) from a carrier. Never throws: what cannot be read is not there.
 *
 * @example readCarrier(request.headers, "traceparent") // ["00-…"]
 */
export function readCarrier(carrier: Carrier, name: string): readonly string[] {
  try {
    const value = valueFor(carrier, name);
    const texts = (Array.isArray(value) ? value.slice(0, maxNames) : [value]).map(textOf);
    return texts.filter((text) => text !== undefined);
  } catch {
    // A carrier comes from outside and may be anything, a proxy that throws included.
    return [];
  }
}

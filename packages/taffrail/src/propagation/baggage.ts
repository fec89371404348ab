/** One member of baggage. */
interface BaggageEntry {
  readonly value: string;
  /** Properties after the value, as they came: `ttl=5;private`. Passed on unchanged. */
  readonly properties?: string;
}

/** W3C baggage: names and values that travel with a request through every service it reaches. */
export type Baggage = ReadonlyMap<string, BaggageEntry>;

export const baggageLimits = { members: 180, bytes: 8192 } as const;

const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const valuePattern = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;
const propertyPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)?$/;
const blanks = /^[ \t]+|[ \t]+$/g;

/** Percent-decodes; bytes that are no UTF-8 become U+FFFD, as the specification says. */
function decode(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    const bytes: number[] = [];
    for (let index = 0; index < value.length; index++) {
      const hex = value[index] === "%" ? /^[0-9A-Fa-f]{2}/.exec(value.slice(index + 1, index + 3))?.[0] : undefined;
      bytes.push(hex === undefined ? value.charCodeAt(index) : Number.parseInt(hex, 16));
      if (hex !== undefined) index += 2;
    }
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }
}

function parseMember(member: string): readonly [string, BaggageEntry] | undefined {
  const [pair = "", ...properties] = member.split(";").map((part) => part.replace(blanks, ""));
  const equals = pair.indexOf("=");
  const key = pair.slice(0, Math.max(0, equals)).replace(blanks, "");
  const value = pair.slice(equals + 1).replace(blanks, "");
  if (!tokenPattern.test(key) || !valuePattern.test(value)) return undefined;
  const kept = properties
    .map((property) => property.replace(/[ \t]*=[ \t]*/, "="))
    .filter((property) => propertyPattern.test(property));
  return [key, { value: decode(value), ...(kept.length === 0 ? {} : { properties: kept.join(";") }) }];
}

/**
 * Reads a `baggage` header. Members that are not valid are left out, and everything after the first 8192 bytes or 180 members; of two members
 * with one name the last stays.
 *
 * @example parseBaggage("tenant=acme%20gmbh,plan=pro;ttl=5").get("tenant")?.value // "acme gmbh"
 */
export function parseBaggage(text: string): Baggage {
  const baggage = new Map<string, BaggageEntry>();
  // A member that the limit cuts in two is left out: half a value is a wrong value.
  const end = text.length <= baggageLimits.bytes ? text.length : text.lastIndexOf(",", baggageLimits.bytes);
  for (const member of text.slice(0, Math.max(0, end)).split(",", baggageLimits.members)) {
    const parsed = parseMember(member);
    if (parsed !== undefined) baggage.set(...parsed);
  }
  return baggage;
}

/** A text with a lone surrogate has no UTF-8; it is mended as a decoder would do it. */
function encode(value: string): string {
  return encodeURIComponent(
    value.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd"),
  );
}

/**
 * Writes a `baggage` header: whole members, in order, as many as the limits of 180 members and 8192 bytes let in. A name that is no token
 * (letters, digits and !#$%&'*+-.^_`|~) cannot be written and is left out. "" when nothing is left.
 *
 * @example formatBaggage(new Map([["tenant", { value: "acme gmbh" }]])) // "tenant=acme%20gmbh"
 */
export function formatBaggage(baggage: Baggage): string {
  let text = "";
  let members = 0;
  for (const [key, { value, properties }] of baggage) {
    if (!tokenPattern.test(key) || value.length > baggageLimits.bytes) continue;
    const member = `${key}=${encode(value)}${properties === undefined ? "" : `;${properties}`}`;
    if (members === baggageLimits.members) break;
    if (text.length + member.length + 1 > baggageLimits.bytes) continue;
    text += text === "" ? member : `,${member}`;
    members += 1;
  }
  return text;
}

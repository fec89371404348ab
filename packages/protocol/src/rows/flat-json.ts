import { plainText, type RecordMap, type RecordValue, wellFormed } from "../value.ts";
import { type FlatMap, flatten } from "./flatten.ts";

/** A flat map as it stands in a row: JSON of its texts, and of its finite numbers a second time as numbers. */
export interface FlatJson {
  readonly texts: string;
  readonly numbers: string;
}

const none: FlatJson = { texts: "{}", numbers: "{}" };

/** Names whose JSON is remembered; senders repeat a few names, but nothing makes them. */
const namesMax = 4096;

/**
 * JSON of a finite number that the engine reads. It takes no whole number of more than 64 bits written in digits, as JavaScript writes them up to
 * 1e21: a row with one would be stored empty. With an exponent it does.
 */
function numberJson(value: number): string {
  if (Object.is(value, -0)) return "0";
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

function textJson(value: RecordValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  // Digits, "true", "null" and the like have nothing to escape.
  if (typeof value !== "object" || value === null) return `"${plainText(value)}"`;
  return JSON.stringify(plainText(value));
}

/** Whether JSON text has an escape that JSON.stringify writes for a lone surrogate, or something that looks like one. */
export function hasSurrogateEscape(json: string): boolean {
  return json.includes("\\ud");
}

/** The same map without lone surrogates; names that become equal are one, and the later wins. */
function cleaned(flat: FlatMap): FlatMap {
  const result = new Map<string, RecordValue>();
  for (const [name, value] of flat) result.set(wellFormed(name), typeof value === "string" ? wellFormed(value) : value);
  return result;
}

/**
 * Makes the function that flattens maps and writes them as the JSON of a row, without lone surrogates and with no number the engine cannot read.
 * It throws TaffrailError `record_too_deep`.
 *
 * @example createFlatJson()({ user: { id: 5 } }) // { texts: '{"user.id":"5"}', numbers: '{"user.id":5}' }
 */
export function createFlatJson(): (map: RecordMap) => FlatJson {
  const names = new Map<string, string>();

  function nameJson(name: string): string {
    const known = names.get(name);
    if (known !== undefined) return known;
    if (names.size >= namesMax) names.clear();
    const json = `${JSON.stringify(name)}:`;
    names.set(name, json);
    return json;
  }

  function write(flat: FlatMap): FlatJson {
    let texts = "";
    let numbers = "";
    for (const [name, value] of flat) {
      const json = nameJson(name);
      texts += `${texts === "" ? "{" : ","}${json}${textJson(value)}`;
      if (typeof value !== "number" && typeof value !== "bigint") continue;
      const number = Number(value);
      if (Number.isFinite(number)) numbers += `${numbers === "" ? "{" : ","}${json}${numberJson(number)}`;
    }
    return { texts: `${texts}}`, numbers: numbers === "" ? "{}" : `${numbers}}` };
  }

  return (map) => {
    const flat = flatten(map);
    if (flat.size === 0) return none;
    const json = write(flat);
    return hasSurrogateEscape(json.texts) ? write(cleaned(flat)) : json;
  };
}

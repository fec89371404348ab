import { limits, TaffrailError } from "@taffrail/contracts";
import {
  isDeeperThan,
  isMap,
  jsonText,
  type OpenMap,
  openMap,
  plainText,
  type RecordMap,
  type RecordValue,
} from "../value.ts";

/** Where keys beyond the limit are kept, as JSON text. */
export const overflowKey = "taffrail.overflow";

/** A flat map of text, and its finite numbers a second time as numbers. */
export interface FlatMap {
  readonly texts: { [key: string]: string };
  readonly numbers: { [key: string]: number };
}

interface Flattening extends FlatMap {
  keys: number;
  readonly overflow: OpenMap;
  overflowed: boolean;
}

function keep(flat: Flattening, key: string, value: RecordValue): void {
  if (!(key in flat.texts)) {
    if (flat.keys >= limits.attributeKeys.value) {
      flat.overflow[key] = value;
      flat.overflowed = true;
      return;
    }
    flat.keys++;
  }
  flat.texts[key] = plainText(value);
  delete flat.numbers[key];
  if (typeof value !== "number" && typeof value !== "bigint") return;
  const number = Number(value);
  if (Number.isFinite(number)) flat.numbers[key] = Object.is(number, -0) ? 0 : number;
}

/** Refuses a value whose text would be nested deeper than the engine reads. */
function refuseDepth(value: RecordValue, depth: number): void {
  const limit = limits.jsonDepth.value;
  if (isDeeperThan(value, limit - depth)) throw new TaffrailError("record_too_deep", { limit });
}

function flattenInto(flat: Flattening, prefix: string, map: RecordMap, depth: number): void {
  for (const key in map) {
    const value = map[key] as RecordValue;
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof value !== "object" || value === null) keep(flat, name, value);
    else if (isMap(value) && depth < limits.attributeDepth.value && !isEmpty(value)) {
      flattenInto(flat, name, value, depth + 1);
    } else {
      refuseDepth(value, depth);
      keep(flat, name, value);
    }
  }
}

function isEmpty(map: RecordMap): boolean {
  for (const _key in map) return false;
  return true;
}

/**
 * Flattens a map: nested maps become dotted names down to the depth limit, what lies deeper and every list is kept as JSON text, numbers are
 * kept twice. Where two paths give one name the later wins. Keys beyond the limit are kept together as JSON text under `taffrail.overflow`.
 *
 * @throws TaffrailError `record_too_deep`.
 * @example flatten({ user: { id: 5 } }) // texts { "user.id": "5" }, numbers { "user.id": 5 }
 */
export function flatten(map: RecordMap): FlatMap {
  const flat: Flattening = {
    texts: Object.create(null) as Record<string, string>,
    numbers: Object.create(null) as Record<string, number>,
    keys: 0,
    overflow: openMap(),
    overflowed: false,
  };
  flattenInto(flat, "", map, 1);
  if (flat.overflowed) flat.texts[overflowKey] = jsonText(flat.overflow);
  return flat;
}

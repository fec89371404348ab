import { limits, TaffrailError } from "@taffrail/contracts";
import { isDeeperThan, isMap, type OpenMap, openMap, type RecordMap, type RecordValue } from "../value.ts";

/** Where keys beyond the limit are kept, as JSON text. */
export const overflowKey = "taffrail.overflow";

/** Values under flat names; lists, and maps that lie too deep, are still values: they are kept as their JSON text. */
export type FlatMap = ReadonlyMap<string, RecordValue>;

interface Flattening {
  readonly values: Map<string, RecordValue>;
  overflow: OpenMap | undefined;
}

function keep(flat: Flattening, name: string, value: RecordValue): void {
  if (flat.values.size < limits.attributeKeys.value || flat.values.has(name)) flat.values.set(name, value);
  else {
    flat.overflow ??= openMap();
    flat.overflow[name] = value;
  }
}

/** Refuses a value whose text would be nested deeper than the engine reads. */
function refuseDepth(value: RecordValue, depth: number): void {
  const limit = limits.jsonDepth.value;
  if (isDeeperThan(value, limit - depth)) throw new TaffrailError("record_too_deep", { limit });
}

function isEmpty(map: RecordMap): boolean {
  for (const _key in map) return false;
  return true;
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

/**
 * Flattens a map: nested maps become dotted names down to the depth limit; what lies deeper and every list stays one value. Where two paths give
 * one name the later wins. Keys beyond the limit are kept together under `taffrail.overflow`.
 *
 * @throws TaffrailError `record_too_deep`.
 * @example flatten({ user: { id: 5 } }).get("user.id") // 5
 */
export function flatten(map: RecordMap): FlatMap {
  const flat: Flattening = { values: new Map(), overflow: undefined };
  flattenInto(flat, "", map, 1);
  if (flat.overflow) flat.values.set(overflowKey, flat.overflow);
  return flat.values;
}

import { limits as shared } from "@taffrail/contracts";
import type { TextWriter } from "./text.ts";

/** Bounds of one encoded record. What exceeds them is replaced by a marker that says so; nothing is cut in silence. */
export interface EncodeLimits {
  /** Levels of nested objects and arrays below the record. */
  readonly depth: number;
  /** Keys of one object. */
  readonly keys: number;
  /** Items of one array, Set or Map. */
  readonly items: number;
  /** Characters of one string. */
  readonly stringLength: number;
  /** Characters of one line; exceeded by at most one string. */
  readonly lineLength: number;
}

export const defaultLimits: EncodeLimits = {
  depth: shared.attributeDepth.value,
  keys: shared.attributeKeys.value,
  items: 256,
  stringLength: 16_384,
  lineLength: 131_072,
};

/** State of the careful encoding of one record or value: what is left of its length, and the objects on the way down (for cycles). */
export interface EncodeState {
  readonly limits: EncodeLimits;
  readonly writer: TextWriter;
  left: number;
  readonly path: object[];
}

/** Opens the state for one record, of which `used` characters are taken already. */
export function createState(limits: EncodeLimits, writer: TextWriter, used = 0): EncodeState {
  return { limits, writer, left: limits.lineLength - used, path: [] };
}

/** Characters of one key; fields with longer keys are left out and counted. */
export const longestKey = 1024;

/** Key under which an object tells how many of its keys are not shown. */
export const omittedKey = "taffrail.omitted";

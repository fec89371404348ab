import { createState, type EncodeLimits } from "./limits.ts";
import { type Budget, keep, mask, type Place, replace } from "./place.ts";
import { isPlain } from "./plain.ts";
import { openShape, type Slot } from "./slot.ts";
import type { TextWriter } from "./text.ts";
import { encodeField, encodeValue, replaced } from "./value.ts";

type Readable = Readonly<Record<string, unknown>>;

/**
 * Writes fields the quick way: by following the shape of the object, key by key. It does nothing about cycles, throwing getters and what exceeds a
 * bound: it gives up (or the getter's exception leaves it), and the record is written again the careful way.
 */
export class FieldWriter {
  readonly #limits: EncodeLimits;
  readonly #writer: TextWriter;
  readonly #budget: Budget;
  /** What was written is worthless. */
  #gaveUp = false;
  #leaf: Slot;
  #skipped = 0;

  constructor(limits: EncodeLimits, writer: TextWriter, budget: Budget, root: Slot) {
    this.#limits = limits;
    this.#writer = writer;
    this.#budget = budget;
    this.#leaf = root;
  }

  /** The last key of the fields written last: knows what they replace. */
  get leaf(): Slot {
    return this.#leaf;
  }

  /** How many of the fields written last have a key but nothing to show: undefined, functions, symbols. */
  get skipped(): number {
    return this.#skipped;
  }

  /** `,"key":value` for each field, or undefined when they must be written the careful way. Throws what getters throw. */
  write(fields: object, root: Slot): string | undefined {
    this.#gaveUp = false;
    if (!isPlain(fields)) return undefined;
    let skipped = 0;
    const parent = root.place;
    let slot = root;
    let out = "";
    for (const key in fields) {
      const next = slot.next;
      if (next !== undefined && next.key === key) slot = next;
      else {
        slot = slot.follow(key, parent, this.#budget);
        if (slot.isCareful) return undefined;
      }
      if (slot.action !== keep) {
        out += this.#ruled(fields, slot, slot.more);
        continue;
      }
      const value = (fields as Readable)[key];
      if (typeof value === "string") out += slot.more + this.#writer.quote(value);
      else if (typeof value === "number") out += slot.more + this.#writer.number(value);
      else if (typeof value === "object" && value !== null) {
        const before = out.length;
        out = this.#nested(out, slot.more, value, slot.place);
        if (out.length === before) skipped += 1;
        if (this.#gaveUp) return undefined;
      } else {
        const text = this.#scalar(value, slot.more);
        if (text === "") skipped += 1;
        out += text;
      }
    }
    // Set last: a getter may have logged something meanwhile.
    this.#skipped = skipped;
    this.#leaf = slot;
    return slot.isCareful || out.length > this.#limits.lineLength ? undefined : out;
  }

  /** A value that redaction decided about. */
  #ruled(fields: object, slot: Slot, start: string): string {
    if (slot.action === mask) return start;
    if (slot.action === replace)
      return start + replaced((fields as Readable)[slot.key], slot.place, { limits: this.#limits });
    const state = createState(this.#limits, this.#writer);
    const text = encodeField(fields, slot.key, slot.place, slot.place.path.length, state);
    return text === undefined ? "" : start + text;
  }

  #scalar(value: unknown, start: string): string {
    if (value === true) return `${start}true`;
    if (value === false) return `${start}false`;
    if (value === null) return `${start}null`;
    if (typeof value === "bigint") return start + this.#writer.bigint(value);
    return "";
  }

  /** `out` with `start` and the value of an object; `out` itself when the object has nothing to show. */
  #nested(out: string, start: string, value: object, place: Place): string {
    if (Array.isArray(value)) return this.#list(out + start, value, place);
    if (isPlain(value)) return this.#object(out + start, value, place);
    const text = this.#careful(out.length, value, place);
    return text === undefined ? out : out + start + text;
  }

  #careful(used: number, value: object, place: Place): string | undefined {
    return encodeValue(value, place, place.path.length, createState(this.#limits, this.#writer, used));
  }

  /** An object after its key is written: it must have something to show. */
  #carefulObject(out: string, value: object, place: Place): string {
    const text = this.#careful(out.length, value, place);
    if (text !== undefined) return out + text;
    this.#gaveUp = true;
    return out;
  }

  #isBeyond(out: string, place: Place): boolean {
    if (place.path.length <= this.#limits.depth && out.length <= this.#limits.lineLength) return false;
    this.#gaveUp = true;
    return true;
  }

  #object(out: string, value: object, place: Place): string {
    if (this.#isBeyond(out, place)) return out;
    const root = this.#shapeOf(place);
    let slot = root;
    let text = out;
    let isFirst = true;
    for (const key in value) {
      const next = slot.next;
      slot = next !== undefined && next.key === key ? next : slot.follow(key, place, this.#budget);
      if (slot.isCareful) return this.#carefulObject(out, value, place);
      const before = text.length;
      if (slot.action !== keep) text += this.#ruled(value, slot, isFirst ? slot.first : slot.more);
      else {
        const start = isFirst ? slot.first : slot.more;
        const item = (value as Readable)[key];
        if (typeof item === "string") text += start + this.#writer.quote(item);
        else if (typeof item === "number") text += start + this.#writer.number(item);
        else if (typeof item === "object" && item !== null) {
          text = this.#nested(text, start, item, slot.place);
          if (this.#gaveUp) return text;
        } else text += this.#scalar(item, start);
      }
      if (isFirst && text.length > before) isFirst = false;
    }
    return isFirst ? `${text}{}` : `${text}}`;
  }

  #shapeOf(place: Place): Slot {
    place.shape ??= openShape(place, this.#limits.keys);
    return place.shape;
  }

  #list(out: string, items: readonly unknown[], place: Place): string {
    if (this.#isBeyond(out, place)) return out;
    const { item } = place;
    const { length } = items;
    // A proxy of a list may claim any length.
    if (!(length <= this.#limits.items) || item.action !== keep) return this.#carefulObject(out, items, place);
    let text = `${out}[`;
    for (let index = 0; index < length; index++) {
      const value = items[index];
      if (index > 0) text += ",";
      if (typeof value === "string") text += this.#writer.quote(value);
      else if (typeof value === "number") text += this.#writer.number(value);
      else if (typeof value === "object" && value !== null) {
        const before = text.length;
        text = this.#nested(text, "", value, item);
        if (text.length === before) text += "null";
        if (this.#gaveUp) return text;
      } else text += this.#listScalar(value);
    }
    return `${text}]`;
  }

  #listScalar(value: unknown): string {
    if (value === true) return "true";
    if (value === false) return "false";
    return typeof value === "bigint" ? this.#writer.bigint(value) : "null";
  }
}

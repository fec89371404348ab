import { createState, type EncodeLimits } from "./limits.ts";
import { type Budget, keep, mask, type Place } from "./place.ts";
import { isPlain } from "./plain.ts";
import { openShape, type Slot } from "./slot.ts";
import type { TextWriter } from "./text.ts";
import { encodeField, encodeValue } from "./value.ts";

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
    const { place } = root;
    let skipped = 0;
    let slot = root;
    let out = "";
    for (const key in fields) {
      slot = slot.next?.key === key ? slot.next : slot.follow(key, place, this.#budget);
      if (slot.isCareful) return undefined;
      const before = out.length;
      out =
        slot.action === keep
          ? this.#value(out, slot.more, (fields as Readable)[key], slot.place)
          : this.#ruled(out, slot.more, fields, slot);
      if (this.#gaveUp) return undefined;
      if (out.length === before) skipped += 1;
    }
    // Set last: a getter may have logged something meanwhile.
    this.#skipped = skipped;
    this.#leaf = slot;
    return out.length > this.#limits.lineLength ? undefined : out;
  }

  /** `out`, then `start` and the value; `out` alone when the value has nothing to show. */
  #value(out: string, start: string, value: unknown, place: Place): string {
    if (typeof value === "string") return out + start + this.#writer.quote(value);
    if (typeof value === "number") return out + start + this.#writer.number(value);
    if (typeof value === "object" && value !== null) return this.#nested(out, start, value, place);
    const text = this.#scalar(value);
    return text === "" ? out : out + start + text;
  }

  #scalar(value: unknown): string {
    if (value === true) return "true";
    if (value === false) return "false";
    if (value === null) return "null";
    return typeof value === "bigint" ? this.#writer.bigint(value) : "";
  }

  /** The same for a value that redaction decided about. */
  #ruled(out: string, start: string, owner: object, slot: Slot): string {
    if (slot.action === mask) return out + start;
    const { place } = slot;
    const text = encodeField(owner, slot.key, place, place.path.length, createState(this.#limits, this.#writer));
    return text === undefined ? out : out + start + text;
  }

  #nested(out: string, start: string, value: object, place: Place): string {
    if (Array.isArray(value)) return this.#list(out + start, value, place);
    if (isPlain(value)) return this.#object(out + start, value, place);
    const text = this.#careful(out.length, value, place);
    return text === undefined ? out : out + start + text;
  }

  #careful(used: number, value: object, place: Place): string | undefined {
    return encodeValue(value, place, place.path.length, createState(this.#limits, this.#writer, used));
  }

  /** An object or list after its key is written: it must have something to show. */
  #carefulRest(out: string, value: object, place: Place): string {
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
    place.shape ??= openShape(place, this.#limits.keys);
    let slot = place.shape;
    let text = out;
    let isFirst = true;
    for (const key in value) {
      slot = slot.next?.key === key ? slot.next : slot.follow(key, place, this.#budget);
      if (slot.isCareful) return this.#carefulRest(out, value, place);
      const before = text.length;
      const start = isFirst ? slot.first : slot.more;
      text =
        slot.action === keep
          ? this.#value(text, start, (value as Readable)[key], slot.place)
          : this.#ruled(text, start, value, slot);
      if (this.#gaveUp) return text;
      if (text.length > before) isFirst = false;
    }
    return isFirst ? `${text}{}` : `${text}}`;
  }

  #list(out: string, items: readonly unknown[], place: Place): string {
    if (this.#isBeyond(out, place)) return out;
    const { item } = place;
    const { length } = items;
    // A proxy of a list may claim any length.
    if (!(length <= this.#limits.items) || item.action !== keep) return this.#carefulRest(out, items, place);
    let text = `${out}[`;
    for (let index = 0; index < length; index++) {
      if (index > 0) text += ",";
      const before = text.length;
      text = this.#value(text, "", items[index], item);
      if (this.#gaveUp) return text;
      if (text.length === before) text += "null";
    }
    return `${text}]`;
  }
}

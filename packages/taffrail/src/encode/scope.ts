import { createState, type EncodeLimits, longestKey, omittedKey } from "./limits.ts";
import type { Place } from "./place.ts";
import { type Names, outputName } from "./slot.ts";
import { quote, type TextWriter } from "./text.ts";
import { encodeField, thrownMarker } from "./value.ts";

/** Encoded fields by output name, in order of first appearance. */
export type EncodedFields = ReadonlyMap<string, string>;

/** Fields that stand in every line of a logger or a context, encoded once. */
export class Scope {
  /** `,"key":value` for each field: ready to be put into a line. */
  readonly text: string;
  readonly names: Names;
  /** Which rules of redaction, and which shapes, this was made with. */
  readonly epoch: number;
  /** The beginning of a line with this text in it, and for which level and millisecond it holds. */
  prefix = "";
  prefixStamp = -1;
  #fields: EncodedFields | undefined;
  #values: Readonly<Record<string, unknown>> | undefined;
  #enriched: { readonly added: readonly object[]; readonly scope: Scope } | undefined;
  readonly #variants: { readonly without: readonly string[]; readonly scope: Scope }[] = [];

  constructor(text: string, names: Names, epoch: number, fields?: EncodedFields) {
    this.text = text;
    this.names = names;
    this.epoch = epoch;
    this.#fields = fields;
  }

  /** The fields one by one; taken apart when somebody asks. */
  get fields(): EncodedFields {
    this.#fields ??= new Map(Object.entries(this.values).map(([name, value]) => [name, JSON.stringify(value)]));
    return this.#fields;
  }

  /** The fields as they stand in lines: redacted, and as they were when they were bound. */
  get values(): Readonly<Record<string, unknown>> {
    this.#values ??= JSON.parse(`{${this.text.slice(1)}}`) as Readonly<Record<string, unknown>>;
    return this.#values;
  }

  /**
   * This scope with what enrichers added, the later above the earlier. Frozen objects are taken as unchanged when they come again, so they cost
   * nothing then.
   */
  enriched(added: readonly object[], encoder: { extend(scope: Scope, fields: object): Scope }): Scope {
    const known = this.#enriched;
    if (known !== undefined && isSame(known.added, added)) return known.scope;
    let scope: Scope = this;
    for (const fields of added) scope = encoder.extend(scope, fields);
    // The list is used again by its owner: a copy is kept.
    if (added.every(Object.isFrozen)) this.#enriched = { added: [...added], scope };
    return scope;
  }

  /** This scope without the names that a call replaces; a few of them are remembered. */
  without(names: readonly string[]): Scope {
    const known = this.#variants.find((variant) => variant.without === names);
    if (known !== undefined) return known.scope;
    const fields = new Map(this.fields);
    for (const name of names) fields.delete(name);
    const scope = new Scope(joinFields(fields), this.names, this.epoch, fields);
    if (this.#variants.length === variantsMax) this.#variants.shift();
    this.#variants.push({ without: names, scope });
    return scope;
  }
}

const variantsMax = 4;

function isSame(known: readonly object[], added: readonly object[]): boolean {
  if (known.length !== added.length) return false;
  for (let index = 0; index < added.length; index++) if (known[index] !== added[index]) return false;
  return true;
}

/** Joins encoded fields to the text that goes into a line. */
export function joinFields(fields: EncodedFields): string {
  let text = "";
  for (const [name, value] of fields) text += `,${quote(name)}:${value}`;
  return text;
}

/** What the careful encoding of fields needs. */
export interface CarefulInput {
  readonly limits: EncodeLimits;
  readonly writer: TextWriter;
  /** The place of the record itself. */
  readonly place: Place;
  /** Characters that are taken already. */
  readonly used: number;
  /** Fields that may be added. */
  readonly room: number;
}

/**
 * Encodes the own enumerable fields of an object under their output names, one by one. An explicit `fields.level` and a renamed `level` are one
 * name: the later one wins, so a name never stands twice. Never throws: what cannot even be listed becomes the field `taffrail.fields_error`.
 *
 * @example encodeFields({ level: 3, a: 1 }, input) // Map { "fields.level" → "3", "a" → "1" }
 */
export function encodeFields(fields: object, { limits, writer, place, used, room }: CarefulInput): Map<string, string> {
  const state = createState(limits, writer, used);
  const encoded = new Map<string, string>();
  let omitted = 0;
  try {
    for (const key of Object.keys(fields)) {
      if (encoded.size >= room || state.left <= 0 || key.length > longestKey) {
        omitted += 1;
        continue;
      }
      const text = encodeField(fields, key, place.at(key), 1, state);
      if (text === undefined) continue;
      const name = outputName(key);
      state.left -= name.length + 3;
      encoded.set(name, text);
    }
  } catch (error) {
    encoded.set("taffrail.fields_error", writer.quote(thrownMarker(error)));
  }
  if (omitted > 0) encoded.set(omittedKey, `${omitted}`);
  return encoded;
}

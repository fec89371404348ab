import { longestKey, omittedKey } from "./limits.ts";
import { type Budget, drop, type Place } from "./place.ts";
import { cleanKey, quote } from "./text.ts";

/** Names that every line has of its own. A user's field of that name is kept under `fields.<name>`. */
const reservedNames: ReadonlySet<string> = new Set(["time", "level", "service", "msg"]);

/** Names that the ids of the active trace have. */
const traceNames: ReadonlySet<string> = new Set(["trace_id", "span_id"]);

/** Name under which a user's field of the top level is written. */
export function outputName(key: string): string {
  return reservedNames.has(key) ? `fields.${key}` : cleanKey(key);
}

/** Names that stand in a line already when the fields of a call are added: those of the logger and its parents, the context and the enrichers. */
export class Names {
  readonly list: readonly string[];
  /** Where the shapes of the fields begin that are put over these names. */
  readonly root: Slot;
  readonly set: ReadonlySet<string>;
  readonly namesTrace: boolean;

  constructor(list: readonly string[], place: Place, keys: number) {
    this.list = list;
    this.set = new Set(list);
    this.namesTrace = list.some((name) => traceNames.has(name));
    this.root = new Slot("", place, undefined, { names: this, keys });
  }
}

/** What a slot must know of the object that it belongs to. */
interface Owner {
  /** Names below a record's own fields; undefined for nested objects. */
  readonly names: Names | undefined;
  /** Most keys of one object. */
  readonly keys: number;
}

/**
 * One key in a sequence of keys, with everything about it that does not depend on values: the text of the key, what redaction decided, what the key
 * replaces. The sequences that were met form a tree, so that an object with known keys is written by following it: one comparison a key.
 */
export class Slot {
  readonly key: string;
  readonly place: Place;
  readonly action: number;
  /** `,"key":` and `{"key":`; with the constant that stands instead of the value if redaction says so. */
  readonly more: string;
  readonly first: string;
  /** The key that came last after this one, and the others. */
  next: Slot | undefined = undefined;
  #others: Map<string, Slot> | undefined = undefined;
  readonly #owner: Owner;
  readonly #previous: Slot | undefined;
  readonly #name: string;
  readonly #count: number;
  /** True when objects with this sequence must be written the careful way: a name would stand twice, or a bound is reached. */
  readonly isCareful: boolean;
  /** Names of the record that fields up to this one replace. */
  readonly replaced: readonly string[];
  /** True when one of the fields up to this one, or of the names below, is an id of a trace. */
  readonly namesTrace: boolean;
  #names: Names | undefined = undefined;

  constructor(key: string, place: Place, previous: Slot | undefined, owner: Owner) {
    const isTop = owner.names !== undefined;
    const name = isTop ? outputName(key) : cleanKey(key);
    const isShown = previous !== undefined && place.action !== drop;
    this.key = key;
    this.place = place;
    this.action = place.action;
    const text = `${quote(name)}:${place.action === 1 ? place.constant : ""}`;
    this.more = `,${text}`;
    this.first = `{${text}`;
    this.#owner = owner;
    this.#previous = previous;
    this.#name = name;
    this.#count = previous === undefined ? 0 : previous.#count + 1;
    this.isCareful =
      previous !== undefined &&
      (previous.isCareful ||
        this.#count > owner.keys ||
        key.length > longestKey ||
        key === omittedKey ||
        (!isTop && key === "toJSON") ||
        (isShown && previous.#has(name)));
    const isReplacing = isShown && owner.names?.set.has(name) === true;
    const before = previous?.replaced ?? [];
    this.replaced = isReplacing ? [...before, name] : before;
    this.namesTrace =
      previous === undefined
        ? owner.names?.namesTrace === true
        : previous.namesTrace || (isTop && isShown && traceNames.has(name));
  }

  #has(name: string): boolean {
    for (let slot: Slot | undefined = this; slot !== undefined; slot = slot.#previous) {
      if (slot.#count > 0 && slot.#name === name && slot.action !== drop) return true;
    }
    return false;
  }

  /** The slot of a key after this one; remembered as long as the budget allows. */
  follow(key: string, parent: Place, budget: Budget): Slot {
    if (this.isCareful) return this;
    const known = this.#others?.get(key);
    if (known !== undefined) {
      this.next = known;
      return known;
    }
    const slot = new Slot(key, parent.at(key), this, this.#owner);
    if (budget.left > 0) {
      this.#others ??= new Map();
      this.#others.set(key, slot);
      this.next = slot;
    }
    budget.left -= 1;
    return slot;
  }

  /** The names of a record that has the names below and those of the fields up to this one. */
  namesAfter(root: Place): Names {
    if (this.#names === undefined) {
      const added: string[] = [];
      for (let slot: Slot = this; slot.#previous !== undefined; slot = slot.#previous) {
        if (slot.action !== drop) added.push(slot.#name);
      }
      this.#names = new Names([...(this.#owner.names?.list ?? []), ...added.reverse()], root, this.#owner.keys);
    }
    return this.#names;
  }
}

/** Opens the tree of the shapes of objects at a nested place. */
export function openShape(place: Place, keys: number): Slot {
  return new Slot("", place, undefined, { names: undefined, keys });
}

import type { PlaceVerdict, Redaction } from "../redact/redaction.ts";
import type { Slot } from "./slot.ts";
import { quote } from "./text.ts";

/** What is done with the value at a place, as small integers for the hot loops. */
export const keep = 0;
/** A constant stands instead; the value is never read. */
export const mask = 1;
/** The key does not appear. */
export const drop = 2;
/** A text made of the value stands instead. */
export const replace = 3;
/** Above an allowed place: objects and lists are gone through, anything else stands as a constant. */
export const inside = 4;

const actions = { keep, mask, drop, replace, inside } as const;
const masked: PlaceVerdict = { action: "mask", text: "[redacted]" };

/** Counts what a family of loggers remembers about the shapes of its records, so that it can be bounded. */
export interface Budget {
  left: number;
}

function verdictOf(redaction: Redaction, path: readonly string[]): PlaceVerdict {
  try {
    return redaction.place(path);
  } catch {
    return masked;
  }
}

/**
 * A place in records: the names down to a value, and what redaction decided there. Places are asked for once and remembered; beyond the budget they
 * are made anew each time.
 */
export class Place {
  readonly path: readonly string[];
  readonly action: number;
  /** JSON text that stands instead of the value, for `mask` and `inside`. */
  readonly constant: string;
  /** Where the shapes of the objects begin that were met here. */
  shape: Slot | undefined = undefined;
  readonly #verdict: PlaceVerdict;
  readonly #redaction: Redaction;
  readonly #budget: Budget;
  readonly #inner = new Map<string, Place>();
  #item: Place | undefined;

  constructor(path: readonly string[], redaction: Redaction, budget: Budget) {
    // Whatever the rules say, the record itself stays.
    const verdict: PlaceVerdict = path.length === 0 ? { action: "keep" } : verdictOf(redaction, path);
    this.path = path;
    this.action = actions[verdict.action] ?? mask;
    this.constant = "text" in verdict ? quote(String(verdict.text)) : '"[redacted]"';
    this.#verdict = verdict;
    this.#redaction = redaction;
    this.#budget = budget;
  }

  /** The place of a field of the object that stands here. */
  at(key: string): Place {
    const known = this.#inner.get(key);
    if (known !== undefined) return known;
    const place = new Place([...this.path, key], this.#redaction, this.#budget);
    if (this.#budget.left > 0) this.#inner.set(key, place);
    this.#budget.left -= 1;
    return place;
  }

  /** The place of the items of the list that stands here. */
  get item(): Place {
    this.#item ??= new Place([...this.path, "*"], this.#redaction, this.#budget);
    return this.#item;
  }

  /** The text that stands instead of a value, for `replace`; what fails is masked. */
  replacement(value: unknown): string {
    try {
      return this.#verdict.action === "replace" ? String(this.#verdict.apply(value)) : "[redacted]";
    } catch {
      return "[redacted]";
    }
  }
}

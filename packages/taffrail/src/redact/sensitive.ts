const cover = "[redacted]";

/**
 * A value that does not show itself: in logs, JSON, templates, string concatenation and on the console it is `[redacted]`.
 * `reveal` gives the value.
 */
export class Sensitive<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Search for calls of this when you look for places that could leak it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return cover;
  }

  toJSON(): string {
    return cover;
  }

  [Symbol.toPrimitive](): string {
    return cover;
  }

  /** What `console.log` and `util.inspect` show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return cover;
  }
}

/**
 * Wraps a secret so that it cannot be logged by mistake.
 *
 * @example log.info("connecting", { password: sensitive(password) }) // "password":"[redacted]"
 */
export function sensitive<T>(value: T): Sensitive<T> {
  return new Sensitive(value);
}

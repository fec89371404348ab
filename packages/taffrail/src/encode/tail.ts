import type { TextWriter } from "./text.ts";
import { TextCache } from "./text-cache.ts";

/**
 * Remembers the ends of lines, `,"msg":"…"}` and a line feed, for messages that come again, as literals do. Messages in which redaction covered
 * something are not kept.
 */
export class TailCache {
  readonly #writer: TextWriter;
  readonly #known = new TextCache(1024, 200);

  constructor(writer: TextWriter) {
    this.#writer = writer;
  }

  tailOf(message: string): string {
    const known = this.#known.get(message);
    if (known !== undefined) return known;
    const before = this.#writer.covered;
    const tail = `,"msg":${this.#writer.quote(message)}}\n`;
    if (this.#writer.covered === before) this.#known.set(message, tail);
    return tail;
  }
}

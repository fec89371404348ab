import type { TextWriter } from "./text.ts";

/** Entries; a power of two. */
const size = 1024;
/** Longer messages are seldom literals. */
const longest = 200;

/**
 * Remembers the ends of lines, `,"msg":"…"}` and a line feed, for messages that come again, as literals do. A message has one place in the table:
 * messages that change all the time push each other out and cost no more than a look.
 */
export class TailCache {
  readonly #writer: TextWriter;
  readonly #messages: string[] = new Array<string>(size).fill("");
  readonly #tails: string[];

  constructor(writer: TextWriter) {
    this.#writer = writer;
    this.#tails = new Array<string>(size).fill(this.#write(""));
  }

  tailOf(message: string): string {
    const { length } = message;
    if (length > longest || length === 0) return this.#write(message);
    const hash =
      length * 31 + message.charCodeAt(0) * 7 + message.charCodeAt(length - 1) * 131 + message.charCodeAt(length >> 1);
    const index = hash & (size - 1);
    if (this.#messages[index] === message) return this.#tails[index] as string;
    const tail = this.#write(message);
    this.#messages[index] = message;
    this.#tails[index] = tail;
    return tail;
  }

  #write(message: string): string {
    return `,"msg":${this.#writer.quote(message)}}\n`;
  }
}

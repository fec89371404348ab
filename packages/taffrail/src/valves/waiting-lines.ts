import type { HeldLine } from "./hold.ts";

/** Sums over all requests. */
export interface WaitingTotal {
  lines: number;
  bytes: number;
}

/** Memory of a waiting line beside its characters, in bytes. */
const overheadBytes = 64;
/** Slots that are given up at once, so that dropping the oldest is cheap however many wait. */
const slack = 64;

/** Stands where a line was, so that it is not kept alive. */
const gone: HeldLine = { line: "", rank: 0, routes: 0 };

function bytesOf({ line }: HeldLine): number {
  return line.length + overheadBytes;
}

/** The lines of one request that wait, oldest first; keeps the sums over all requests exact. */
export class WaitingLines {
  #lines: HeldLine[] = [];
  #head = 0;

  get size(): number {
    return this.#lines.length - this.#head;
  }

  add(line: HeldLine, total: WaitingTotal): void {
    this.#lines.push(line);
    total.lines += 1;
    total.bytes += bytesOf(line);
  }

  /** Gives up the oldest line; false when there is none. */
  dropOldest(total: WaitingTotal): boolean {
    const oldest = this.#lines[this.#head];
    if (oldest === undefined) return false;
    this.#lines[this.#head] = gone;
    this.#head += 1;
    total.lines -= 1;
    total.bytes -= bytesOf(oldest);
    if (this.#head >= slack && this.#head * 2 >= this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
    return true;
  }

  /** Gives all lines, which then no longer wait. */
  take(total: WaitingTotal): readonly HeldLine[] {
    const lines = this.#lines.slice(this.#head);
    this.#lines = [];
    this.#head = 0;
    total.lines -= lines.length;
    for (const line of lines) total.bytes -= bytesOf(line);
    return lines;
  }
}

const kibi = 1024;
/** Sizes of pooled memory. A text gets the next larger one, so at most a third of it lies idle. */
const slabBytes: readonly number[] = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384].map((size) => size * kibi);
/** Unused memory that is kept, altogether; more is left to the garbage collector. */
const keptBytes = 2 * kibi * kibi;
/** Below this size Node's own small pool is as fast. */
const smallCharacters = 4 * kibi;
/** Room for a few characters that take more than one byte. */
const marginShare = 1 / 32;

const encoder = new TextEncoder();

/** Text as UTF-8. `slab` is the pooled memory under it, to be given back when nobody reads the bytes any more. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly slab: Uint8Array | undefined;
}

/**
 * A bounded store of memory for encoded text. Allocating anew for each batch costs more than encoding; and what is left to the garbage collector
 * stays for long, because it is not on the heap and so does not hurry the collector.
 */
export class BytePool {
  readonly #free: readonly Uint8Array[][] = slabBytes.map(() => []);
  #bytes = 0;

  /** Encodes a text, into pooled memory if it fits. */
  encode(text: string): Encoded {
    const wanted = text.length * (1 + marginShare);
    const index = slabBytes.findIndex((size) => wanted <= size);
    const size = slabBytes[index];
    if (text.length < smallCharacters || size === undefined) return { bytes: Buffer.from(text), slab: undefined };
    const slab = this.#take(index) ?? new Uint8Array(size);
    const { read, written } = encoder.encodeInto(text, slab);
    if (read === text.length) return { bytes: slab.subarray(0, written), slab };
    // Text of another alphabet takes up to three bytes a character.
    this.giveBack(slab);
    return { bytes: Buffer.from(text), slab: undefined };
  }

  /** Takes memory back. Never to be called for a write that was aborted: the system may read or send that memory later still. */
  giveBack(slab: Uint8Array): void {
    const free = this.#free[slabBytes.indexOf(slab.byteLength)];
    if (free === undefined || this.#bytes + slab.byteLength > keptBytes) return;
    free.push(slab);
    this.#bytes += slab.byteLength;
  }

  #take(index: number): Uint8Array | undefined {
    const slab = this.#free[index]?.pop();
    if (slab !== undefined) this.#bytes -= slab.byteLength;
    return slab;
  }
}

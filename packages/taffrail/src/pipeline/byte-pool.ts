/** Sizes of pooled memory: for a chunk of 64 Ki characters and for one that grew while a write was under way. Mostly ASCII text fits. */
const slabBytes: readonly number[] = [96 * 1024, 320 * 1024];
/** Slabs of each size that are kept; more are left to the garbage collector. */
const keptSlabs = 2;
/** Below this size Node's own small pool is as fast. */
const smallCharacters = 4096;

const encoder = new TextEncoder();

/** Text as UTF-8. `slab` is the pooled memory under it, to be given back when nobody reads the bytes any more. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly slab: Uint8Array | undefined;
}

/** A bounded store of memory for encoded text: allocating and clearing it anew for each batch costs more than encoding. */
export class BytePool {
  readonly #free: readonly Uint8Array[][] = slabBytes.map(() => []);

  /** Encodes a text, into pooled memory if it fits. */
  encode(text: string): Encoded {
    const index = slabBytes.findIndex((size) => text.length <= size);
    const size = slabBytes[index];
    if (text.length < smallCharacters || size === undefined) return { bytes: Buffer.from(text), slab: undefined };
    const slab = this.#free[index]?.pop() ?? new Uint8Array(size);
    const { read, written } = encoder.encodeInto(text, slab);
    if (read === text.length) return { bytes: slab.subarray(0, written), slab };
    // Text of another alphabet takes up to three bytes a character.
    this.giveBack(slab);
    return { bytes: Buffer.from(text), slab: undefined };
  }

  /** Takes memory back. Never to be called for a write that was aborted: the system may read or send that memory later still. */
  giveBack(slab: Uint8Array): void {
    const free = this.#free[slabBytes.indexOf(slab.byteLength)];
    if (free !== undefined && free.length < keptSlabs) free.push(slab);
  }
}

/**
 * Protobuf bytes, written from the end to the front: when a message begins, what is in it has been written, so its length is known and nothing
 * has to be moved.
 */
export class ProtoWriter {
  #bytes: Buffer = Buffer.allocUnsafe(4096);
  /** Where the written bytes begin. */
  #at = this.#bytes.length;

  /** Bytes written so far. */
  get size(): number {
    return this.#bytes.length - this.#at;
  }

  /** What was written; the memory is the writer's own. */
  finish(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  tag(field: number, wire: number): void {
    this.length((field << 3) | wire);
  }

  /** A non-negative integer below 2^31 as a varint. */
  length(value: number): void {
    let groups = 1;
    for (let rest = value >>> 7; rest > 0; rest >>>= 7) groups += 1;
    this.#reserve(groups);
    this.#at -= groups;
    let rest = value;
    for (let index = 0; index < groups - 1; index++, rest >>>= 7) this.#bytes[this.#at + index] = (rest & 127) | 128;
    this.#bytes[this.#at + groups - 1] = rest;
  }

  /** An unsigned or signed integer of at most 64 bits; a negative one takes ten bytes. */
  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    if (rest < 128n) {
      this.#reserve(1);
      this.#bytes[--this.#at] = Number(rest);
      return;
    }
    const groups: number[] = [];
    for (; rest >= 128n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
    groups.push(Number(rest));
    this.#reserve(groups.length);
    this.#at -= groups.length;
    this.#bytes.set(groups, this.#at);
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#at -= 4;
    this.#bytes.writeUInt32LE(value >>> 0, this.#at);
  }

  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.#at);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#bytes.set(value, this.#at);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#at -= length;
    this.#bytes.write(value, this.#at, "utf8");
  }

  #reserve(count: number): void {
    if (count <= this.#at) return;
    const { size } = this;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, size + count));
    this.#bytes.copy(grown, grown.length - size, this.#at);
    this.#at = grown.length - size;
    this.#bytes = grown;
  }
}

type Crc32 = (data: string | Uint8Array, value?: number) => number;

/** A constant that is made late: loading zlib would cost every program some of its start, also those without a spool. */
let load = (): Crc32 => {
  const { crc32: loaded } = process.getBuiltinModule("node:zlib");
  load = () => loaded;
  return loaded;
};

/**
 * CRC-32 of a text (as UTF-8) or of bytes, continued from a value.
 *
 * @example crc32("123456789") // 0xcbf43926
 */
export function crc32(data: string | Uint8Array, value = 0): number {
  return load()(data, value);
}

// @ts-check
// Damage to the files of a spool, and which records it excuses. Reads the files by itself, so that it does not repeat the library's mistakes.
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** @typedef {import("@taffrail/contracts").Random} Random */

const frameHeader = 21;

/**
 * One file of records.
 * @typedef {object} SegmentFile
 * @property {string} path
 * @property {Buffer} bytes
 * @property {number} header bytes of the header
 * @property {number} first number of its first record
 * @property {{ start: number, end: number, key: string }[]} frames
 */

/** The sub-directories of a spool directory. @param {string} dir */
export const lanesOf = (dir) =>
  existsSync(join(dir, "logs")) ? readdirSync(join(dir, "logs")).map((name) => join(dir, "logs", name)) : [];

/** The files with records of a sub-directory, oldest first. @param {string} lane @returns {SegmentFile[]} */
export function segmentsOf(lane) {
  const names = readdirSync(lane).filter((name) => name.endsWith(".seg"));
  return names.toSorted().map((name) => {
    const path = join(lane, name);
    const bytes = readFileSync(path);
    const header = bytes.readUInt16LE(6);
    const frames = [];
    for (let at = header; at + frameHeader <= bytes.length; ) {
      const end = at + frameHeader + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      if ((bytes[at + 16] ?? 0) < 16)
        frames.push({ start: at, end, key: JSON.parse(bytes.toString("utf8", at + frameHeader, end)).key });
      at = end;
    }
    return { path, bytes, header, first: bytes.readUIntLE(16, 6), frames };
  });
}

/** Turns a copy into what a crash leaves: the owner named in it is no process any more. @param {string} dir */
export function orphan(dir) {
  for (const lane of lanesOf(dir))
    renameSync(lane, lane.replace(/\.\d+-\d*-(\d+)\.([0-9a-f]+)$/, ".999999999-1-$1.$2"));
}

/** Keys of frames that a range of bytes touches; all of them when it touches the header. @param {SegmentFile} file @param {number} from @param {number} to */
function touched({ header, frames }, from, to) {
  return frames.filter(({ start, end }) => from < header || (start < to && end > from)).map(({ key }) => key);
}

/** @param {SegmentFile} file */
const allKeys = ({ frames }) => frames.map(({ key }) => key);

/**
 * The kinds of damage. Each changes files of one sub-directory and returns the keys of the records that it excuses.
 * @type {Record<string, (context: { lane: string, files: SegmentFile[], random: Random, elsewhere: string, earlier: Map<string, Buffer> }) => string[]>}
 */
export const damages = {
  nothing: () => [],
  "torn tail"({ files, random }) {
    const file = files.at(-1);
    if (file === undefined || file.bytes.length <= file.header) return [];
    const cut = random.integer(file.header, file.bytes.length);
    truncateSync(file.path, cut);
    if (random.next() < 0.3)
      writeFileSync(file.path, Buffer.concat([file.bytes.subarray(0, cut), Buffer.alloc(file.bytes.length - cut)]));
    return touched(file, cut, file.bytes.length);
  },
  "flipped bit"({ files, random }) {
    const file = random.pick(files);
    const at = random.integer(0, file.bytes.length);
    const bytes = Buffer.from(file.bytes);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 8));
    writeFileSync(file.path, bytes);
    return touched(file, at, at + 1);
  },
  "swapped files"({ files, random }) {
    const one = random.pick(files);
    const other = random.pick(files);
    writeFileSync(one.path, other.bytes);
    writeFileSync(other.path, one.bytes);
    return [];
  },
  "file of another spool"({ files, random, elsewhere }) {
    const file = random.pick(files);
    copyFileSync(elsewhere, file.path);
    return allKeys(file);
  },
  "foreign file"({ lane, files, random }) {
    const file = random.pick(files);
    const isNew = random.next() < 0.5;
    const path = isNew ? join(lane, "0000000000000009-9.seg") : file.path;
    writeFileSync(path, random.pick(["", "not a spool", "x".repeat(5000), '{"json":true}\n'.repeat(900)]));
    return isNew ? [] : allKeys(file);
  },
  "other version"({ files, random }) {
    const file = random.pick(files);
    const bytes = Buffer.from(file.bytes);
    bytes.writeUInt16LE(random.pick([0, 2, 255]), 4);
    writeFileSync(file.path, bytes);
    return allKeys(file);
  },
  "empty file"({ files, random }) {
    const file = random.pick(files);
    truncateSync(file.path, 0);
    return allKeys(file);
  },
  "wrong length"({ files, random }) {
    const file = random.pick(files);
    if (random.next() < 0.5) {
      writeFileSync(file.path, Buffer.concat([file.bytes, Buffer.from("garbage ".repeat(random.integer(1, 100)))]));
      return [];
    }
    const cut = random.integer(0, file.bytes.length);
    truncateSync(file.path, cut);
    return touched(file, cut, file.bytes.length);
  },
  "lost checkpoint"({ lane, random }) {
    const ending = random.pick([".cursor", "cuts"]);
    for (const name of readdirSync(lane)) if (name.endsWith(ending)) unlinkSync(join(lane, name));
    return [];
  },
  "old checkpoint"({ lane, earlier }) {
    for (const [name, bytes] of earlier) if (name.endsWith(".cursor")) writeFileSync(join(lane, name), bytes);
    return [];
  },
  "new checkpoint"({ lane, files, random }) {
    // The records that it speaks of are not there: the last files were lost, which excuses what was in them.
    const lost = files.slice(-random.integer(1, 3));
    for (const { path } of lost) unlinkSync(path);
    for (const name of readdirSync(lane)) {
      if (!name.endsWith(".cursor")) continue;
      const bytes = readFileSync(join(lane, name));
      if (random.next() < 0.5) bytes.fill(random.integer(0, 256), 0, random.integer(1, 40));
      writeFileSync(join(lane, name), bytes);
    }
    return lost.flatMap(allKeys);
  },
};

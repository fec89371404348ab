import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Clock, IdSource } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";

/** Counter values reserved at a time. A restart wastes at most one block per kind; 2^52 values hold a thousand million of them. */
const blockSize = 1 << 22;
const counterBits = 52n;
const counterEnd = 2 ** 52;
/** Writers 1 to 4094 are journals; 4095 marks rows that another program wrote into the table, and 0 nothing. */
const ownWriters = 4094;
const fileName = "seq";

/** A run of consecutive Seq that nobody else will ever get: `next` inclusive to `end` exclusive. */
interface SeqBlock {
  readonly next: bigint;
  readonly end: bigint;
}

export interface SeqAllocator {
  /** 12 bits; the upper part of every Seq of this journal. */
  readonly writer: number;
  /** Reserves a block of at least `count` on disk before it answers. Calls are served one after the other. Rejects with the file system's error. */
  reserve(count: number): Promise<SeqBlock>;
}

export interface SeqAllocatorOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly failpoint: Failpoint;
  /** Highest Seq end found in segments, in case the file is older than they are. */
  readonly seen: readonly bigint[];
}

interface SeqState {
  readonly writer: number;
  /** First counter value that is not reserved. */
  readonly next: number;
}

function stateText({ writer, next }: SeqState): string {
  const line = `taffrail-seq 1 ${writer} ${next}`;
  return `${line} ${crc32(line).toString(16)}\n`;
}

function parseState(text: string): SeqState | undefined {
  const match = /^(taffrail-seq 1 (\d+) (\d+)) ([0-9a-f]+)\n$/.exec(text);
  if (!match?.[1] || crc32(match[1]).toString(16) !== match[4]) return undefined;
  return { writer: Number(match[2]), next: Number(match[3]) };
}

/** Writes a small file so that after a crash either the old or the new text is there. */
async function writeDurably(dir: string, text: string): Promise<void> {
  const temporary = join(dir, `${fileName}.part`);
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(dir, fileName));
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * A counter for a journal whose file is missing or damaged. The random writer and a start that grows with time (1024 values a millisecond) each keep
 * it apart from numbers given out before.
 */
function freshState({ clock, ids }: SeqAllocatorOptions): SeqState {
  return { writer: 1 + (Number.parseInt(ids.hex(2), 16) % ownWriters), next: Math.floor(clock.now()) * 1024 };
}

async function readState(options: SeqAllocatorOptions): Promise<SeqState> {
  const text = await readFile(join(options.dir, fileName), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const state = parseState(text) ?? freshState(options);
  const seen = options.seen
    .filter((seq) => Number(seq >> counterBits) === state.writer)
    .map((seq) => Number(seq & (2n ** counterBits - 1n)));
  return { writer: state.writer, next: Math.max(state.next, ...seen) };
}

/**
 * Opens the numbering of a journal directory. Nothing is written until the first block is reserved.
 *
 * @example const { next, end } = await allocator.reserve(100); // end - next >= 100n
 */
export async function openSeqAllocator(options: SeqAllocatorOptions): Promise<SeqAllocator> {
  let state = await readState(options);
  let turn: Promise<unknown> = Promise.resolve();
  const reserveNow = async (count: number): Promise<SeqBlock> => {
    const from = state.next;
    const next = from + Math.max(count, blockSize);
    if (next >= counterEnd) throw new Error("the Seq counter has reached its end");
    options.failpoint("journal.seq.before");
    await writeDurably(options.dir, stateText({ writer: state.writer, next }));
    options.failpoint("journal.seq.after");
    state = { writer: state.writer, next };
    const upper = BigInt(state.writer) << counterBits;
    return { next: upper | BigInt(from), end: upper | BigInt(next) };
  };
  return {
    writer: state.writer,
    reserve(count): Promise<SeqBlock> {
      const mine = turn.then(() => reserveNow(count));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

import { open, readdir, readFile, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { Failpoint } from "@taffrail/experiments";
import type { DeadLetters } from "./dead-letters.ts";
import { type ByteRange, removeIfThere, syncDirectory } from "./file-effects.ts";
import { headBytesMax, parseHeader, type SegmentHeader } from "./frame-codec.ts";
import { cutMarkSuffix } from "./open-segment.ts";
import type { Quarantine } from "./quarantine.ts";
import { createTally, type Segment, type SegmentTally } from "./segment.ts";
import { segmentFormatVersion } from "./segment-format.ts";
import { isPieceOf, parseSegmentName, type SegmentName, segmentFileName } from "./segment-name.ts";
import { scanSegment } from "./segment-scan.ts";
import { writePiece } from "./split-segment.ts";

/** What a start found on disk. `lostRecords` were acknowledged once and are damaged now. */
export interface Recovered {
  /** Oldest first. */
  readonly segments: readonly Segment[];
  readonly lostRecords: number;
  /** Files left as they are for a later start, because they cannot be read now or a later version wrote them. Their records are in no sum. */
  readonly segmentsUnreadable: number;
}

export interface RecoveryOptions {
  readonly dir: string;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  readonly deadLetters: Pick<DeadLetters, "add">;
  /** Header for a file whose own is damaged. */
  readonly fallbackHeader: (kind: SegmentName["kind"]) => SegmentHeader;
  readonly report: (error: TaffrailError) => void;
}

interface FoundFile {
  readonly path: string;
  readonly name: SegmentName;
}

/** What a scan makes of one file. */
interface Findings {
  readonly tally: SegmentTally;
  header: SegmentHeader | undefined;
  readonly good: ByteRange[];
  readonly damage: ByteRange[];
  /** Records that stood in damaged bytes: gaps in the Seq of the frames around them, and what the closed name promises beyond the last frame. */
  lost: number;
  headerBytes: number;
  nextSeq: bigint;
}

/** Segment files of the directory, without left-over temporaries and without pieces whose whole is still there. */
async function findFiles(dir: string): Promise<FoundFile[]> {
  const names = await readdir(dir);
  for (const name of names) if (name.endsWith(".part")) await removeIfThere(join(dir, name));
  const found = names.flatMap((file) => {
    const name = parseSegmentName(file);
    return name ? [{ path: join(dir, file), name }] : [];
  });
  const wholes: FoundFile[] = [];
  for (const file of found) {
    const isPiece = found.some((other) => isPieceOf(file.name, other.name));
    if (isPiece) await removeIfThere(file.path);
    else wholes.push(file);
  }
  return wholes.sort((left, right) => (left.name.seqFrom < right.name.seqFrom ? -1 : 1));
}

/** Size of the file without what a failed write left behind, if its process left a mark. */
async function markedSize({ path }: FoundFile): Promise<number> {
  const { size } = await stat(path);
  const mark = await readFile(`${path}${cutMarkSuffix}`, "utf8").catch(() => "");
  return /^\d+\n$/.test(mark) ? Math.min(size, Number(mark)) : size;
}

async function scanFile({ path, name }: FoundFile, size: number): Promise<Findings> {
  const found: Findings = {
    tally: createTally(),
    header: undefined,
    good: [],
    damage: [],
    lost: 0,
    nextSeq: name.seqFrom,
    headerBytes: 0,
  };
  let afterDamage = false;
  const file = await open(path, "r");
  try {
    for await (const item of scanSegment(file, size, name.salt)) {
      if (item.type === "damage") {
        found.damage.push({ at: item.at, end: item.end });
        afterDamage = true;
      } else if (item.frame.payload === "header") {
        const payload = Buffer.alloc(Math.min(headBytesMax, item.frame.length - item.frame.payloadAt));
        await file.read(payload, 0, payload.length, item.at + item.frame.payloadAt);
        found.header = parseHeader(payload);
        found.headerBytes = item.frame.length;
      } else {
        const { meta, length } = item.frame;
        // Frames follow each other without gaps in Seq, so a gap behind damage is exactly what was in it.
        if (afterDamage) found.lost += Number(meta.seqBase - found.nextSeq);
        afterDamage = false;
        found.nextSeq = meta.seqBase + BigInt(meta.count);
        found.tally.add(meta, length);
        found.good.push({ at: item.at, end: item.at + length });
        mergeLast(found.good);
      }
    }
  } finally {
    await file.close();
  }
  return found;
}

/** Keeps the list of good ranges short: neighbours become one. */
function mergeLast(ranges: ByteRange[]): void {
  const last = ranges.at(-1);
  const before = ranges.at(-2);
  if (last && before && before.end === last.at) ranges.splice(-2, 2, { at: before.at, end: last.end });
}

async function cutTail(path: string, size: number, failpoint: Failpoint): Promise<void> {
  failpoint("journal.recover.cut");
  const file = await open(path, "r+");
  try {
    await file.truncate(size);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The frames that are left of a damaged file, as a file of their own; the damaged bytes go to quarantine first. */
async function rewrite(segment: Segment, found: Findings, options: RecoveryOptions): Promise<Segment> {
  const { quarantine, failpoint, fallbackHeader } = options;
  const note = { code: "frame_damaged", reason: "damaged on disk", records: found.lost };
  for (const range of found.damage) await quarantine.keepBytes(segment.path, range, note);
  failpoint("journal.recover.rewrite");
  const clean = await writePiece(segment, found.good, found.tally, fallbackHeader(segment.kind));
  if (clean.path !== segment.path) await removeIfThere(segment.path);
  return clean;
}

/** Tells of lost records: ledger and quarantine know them already. The tenant is named only when the file has no other. */
async function tellDamage(file: string, found: Findings, options: RecoveryOptions): Promise<void> {
  const error = new TaffrailError("frame_damaged", { file, records: found.lost });
  options.report(error);
  const tenants = [...found.tally.read().tenants.keys()];
  const letter = {
    tenant: tenants.length === 1 ? (tenants[0] ?? "") : "",
    source: "journal",
    code: error.code,
    message: error.message,
    sample: new Uint8Array(),
    count: Math.max(1, found.lost),
    receivedAtMs: options.clock.now(),
  };
  await options.deadLetters.add([letter]).catch((failure: unknown) => {
    if (failure instanceof TaffrailError) options.report(failure);
  });
}

/** Gives an open file that was left behind its closed name; when the disk refuses, the old name does as well. */
async function closeName(segment: Segment): Promise<Segment> {
  const { kind, salt, summary } = segment;
  const file = segmentFileName({ kind, salt, seqFrom: summary.seqFrom, seqTo: summary.seqTo });
  const path = join(dirname(segment.path), file);
  if (path === segment.path) return segment;
  return rename(segment.path, path).then(
    () => ({ ...segment, path }),
    () => segment,
  );
}

async function repair(segment: Segment, found: Findings, options: RecoveryOptions): Promise<Segment | undefined> {
  const file = basename(segment.path);
  const { rows, frames } = found.tally.read();
  try {
    if (frames > 0) {
      const clean = await rewrite(segment, found, options);
      await tellDamage(file, found, options);
      return clean;
    }
  } catch {
    // No room for a clean copy: the whole file is put away, which needs none.
    found.lost += rows;
  }
  await options.quarantine.keepFile(segment.path, { code: "frame_damaged", reason: "damaged", records: found.lost });
  await tellDamage(file, found, options);
  return undefined;
}

async function recoverFile(
  file: FoundFile,
  options: RecoveryOptions,
): Promise<{ readonly segment: Segment | undefined; readonly lost: number }> {
  const { clock } = options;
  const size = await markedSize(file);
  const found = await scanFile(file, size);
  if (found.header && found.header.format > segmentFormatVersion) throw new Error("it was written by a later version");
  const end = file.name.seqTo;
  const torn = end === undefined && found.damage.at(-1)?.end === size ? found.damage.pop() : undefined;
  if (end !== undefined && end > found.nextSeq) found.lost += Number(end - found.nextSeq);
  if (found.tally.frames === 0 && end === undefined && found.damage.length === 0) {
    await removeIfThere(file.path);
    return { segment: undefined, lost: 0 };
  }
  const segment: Segment = {
    path: file.path,
    kind: file.name.kind,
    salt: file.name.salt,
    header: found.header,
    summary: found.tally.read(),
    createdMs: found.header?.createdMs ?? clock.now(),
    sinceMs: clock.monotonic(),
    sentBefore: true,
  };
  if (found.damage.length > 0 || found.tally.frames === 0)
    return { segment: await repair(segment, found, options), lost: found.lost };
  if (end === undefined) await cutTail(file.path, torn?.at ?? size, options.failpoint);
  if (found.lost > 0) await tellDamage(basename(file.path), found, options);
  found.tally.addBytes(found.headerBytes);
  return { segment: await closeName({ ...segment, summary: found.tally.read() }), lost: found.lost };
}

/**
 * Reads the journal directory after a start: cuts torn tails, which were never acknowledged; puts damage away; and lists what must be stored, to be
 * sent with the Seq check. One file at a time, a few hundred KB in memory. Rejects with the file system's error when the directory cannot be read.
 *
 * @example const { segments } = await recoverSegments({ dir, ... });
 */
export async function recoverSegments(options: RecoveryOptions): Promise<Recovered> {
  const segments: Segment[] = [];
  let lostRecords = 0;
  let segmentsUnreadable = 0;
  for (const file of await findFiles(options.dir)) {
    try {
      const { segment, lost } = await recoverFile(file, options);
      if (segment) segments.push(segment);
      lostRecords += lost;
      await removeIfThere(`${file.path}${cutMarkSuffix}`);
    } catch (error) {
      // One file that cannot be read or repaired just now must not keep the server from starting; it is tried again at the next start.
      segmentsUnreadable += 1;
      const reason = error instanceof Error ? error.message : String(error);
      options.report(new TaffrailError("segment_waiting", { file: basename(file.path), reason }));
    }
  }
  await syncDirectory(options.dir);
  return { segments, lostRecords, segmentsUnreadable };
}

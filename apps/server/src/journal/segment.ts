import type { FrameMeta, SegmentHeader } from "./frame-codec.ts";
import type { FrameKind } from "./journal.ts";
import type { SeqRange } from "./segment-store.ts";

/** A tenant's part of a segment. Its Seq lie in [from, to); other tenants' may lie between. */
interface TenantPart {
  readonly rows: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** What the journal keeps in memory about a segment: sums only, never records. */
export interface SegmentSummary {
  readonly bytes: number;
  readonly rows: number;
  readonly frames: number;
  readonly seqFrom: bigint;
  readonly seqTo: bigint;
  /** Seq ranges of its records; one, unless damage was cut out of the middle. */
  readonly ranges: readonly SeqRange[];
  readonly tenants: ReadonlyMap<string, TenantPart>;
  /** Bytes by sender (see `senderOf`). */
  readonly senders: ReadonlyMap<string, number>;
  readonly timeMinMs: number;
  readonly timeMaxMs: number;
}

/** A closed segment on its way into the store. */
export interface Segment {
  readonly path: string;
  readonly kind: FrameKind;
  readonly salt: number;
  /** Undefined when the header was damaged; then the statement of today is used. */
  readonly header: SegmentHeader | undefined;
  readonly summary: SegmentSummary;
  /** When its first frame was accepted, wall clock. */
  readonly createdMs: number;
  /** When it became this process's business, monotonic clock; the base of the age budget. */
  readonly sinceMs: number;
  /** True when rows of it may already be in the store: left by an earlier process, cut out of another segment, or sent before. */
  readonly sentBefore: boolean;
}

/** Adds up frames into a summary. */
export interface SegmentTally {
  readonly frames: number;
  /** `bytes`: length of the whole frame. */
  add(meta: FrameMeta, bytes: number): void;
  /** Bytes that belong to no frame, such as the header. */
  addBytes(bytes: number): void;
  read(): SegmentSummary;
}

/** Source of the server's own records, as it stands in their `source`. */
export const ownSource = "taffrail";

/** Who is charged for a frame's bytes: the source of a tenant. */
export function senderOf(tenant: string, source: string): string {
  return `${tenant}\0${source}`;
}

/** Whether a sender (see `senderOf`) is the server itself, whose log goes the way of everybody else's. */
export function isOwnSender(sender: string): boolean {
  return sender.endsWith(`\0${ownSource}`);
}

function widen(ranges: SeqRange[], from: bigint, to: bigint): void {
  const last = ranges.at(-1);
  if (last && last.to === from) ranges[ranges.length - 1] = { from: last.from, to };
  else ranges.push({ from, to });
}

/**
 * Opens a tally. Frames must be added in Seq order, as they stand in the file.
 *
 * @example const tally = createTally(); tally.add(meta, 120); tally.read().rows
 */
export function createTally(): SegmentTally {
  const ranges: SeqRange[] = [];
  const tenants = new Map<string, TenantPart>();
  const senders = new Map<string, number>();
  const sums = { bytes: 0, rows: 0, frames: 0, timeMinMs: Number.MAX_SAFE_INTEGER, timeMaxMs: 0 };
  return {
    get frames(): number {
      return sums.frames;
    },
    add(meta, bytes): void {
      const to = meta.seqBase + BigInt(meta.count);
      widen(ranges, meta.seqBase, to);
      const known = tenants.get(meta.tenant);
      tenants.set(meta.tenant, { rows: (known?.rows ?? 0) + meta.count, from: known?.from ?? meta.seqBase, to });
      const sender = senderOf(meta.tenant, meta.source);
      senders.set(sender, (senders.get(sender) ?? 0) + bytes);
      sums.bytes += bytes;
      sums.rows += meta.count;
      sums.frames += 1;
      sums.timeMinMs = Math.min(sums.timeMinMs, meta.timeMinMs);
      sums.timeMaxMs = Math.max(sums.timeMaxMs, meta.timeMaxMs);
    },
    addBytes(bytes): void {
      sums.bytes += bytes;
    },
    read(): SegmentSummary {
      return {
        ...sums,
        seqFrom: ranges[0]?.from ?? 0n,
        seqTo: ranges.at(-1)?.to ?? 0n,
        ranges: [...ranges],
        tenants: new Map(tenants),
        senders: new Map(senders),
      };
    },
  };
}

import { type FrameKind, frameKinds } from "./journal.ts";

/**
 * What a segment's file name says. An open file may end in a torn frame and has no end yet; a closed one is whole. The salt starts the checksum
 * of each frame; it is in the name so that a damaged header costs no frame.
 */
export interface SegmentName {
  readonly kind: FrameKind;
  readonly seqFrom: bigint;
  /** End of the Seq range, exclusive; undefined while the segment is open. */
  readonly seqTo: bigint | undefined;
  readonly salt: number;
}

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, "0");

/**
 * @example segmentFileName({ kind: "log-rows", seqFrom: 1n, seqTo: undefined, salt: 7 }) // "log-rows-0000000000000001-00000007.open"
 */
export function segmentFileName(name: SegmentName): string {
  const start = `${name.kind}-${hex(name.seqFrom, 16)}`;
  return name.seqTo === undefined
    ? `${start}-${hex(name.salt, 8)}.open`
    : `${start}-${hex(name.seqTo, 16)}-${hex(name.salt, 8)}.seg`;
}

/** Reads a file name, or undefined when it is not a segment's. */
export function parseSegmentName(file: string): SegmentName | undefined {
  const match = /^([a-z-]+)-([0-9a-f]{16})(?:-([0-9a-f]{16}))?-([0-9a-f]{8})\.(open|seg)$/.exec(file);
  const kind = frameKinds.find((known) => known === match?.[1]);
  if (!match?.[2] || !match[4] || !kind || (match[5] === "seg") !== (match[3] !== undefined)) return undefined;
  return {
    kind,
    seqFrom: BigInt(`0x${match[2]}`),
    seqTo: match[3] === undefined ? undefined : BigInt(`0x${match[3]}`),
    salt: Number.parseInt(match[4], 16),
  };
}

/**
 * True when `inner` was cut out of `outer`: a search for a guilty frame, or a repair, writes new files with the salt of the whole one, which is deleted
 * last. When a start finds both, the pieces go.
 */
export function isPieceOf(inner: SegmentName, outer: SegmentName): boolean {
  const related = inner.kind === outer.kind && inner.salt === outer.salt && inner.seqFrom >= outer.seqFrom;
  if (!related || inner.seqTo === undefined) return false;
  if (outer.seqTo === undefined) return true;
  return inner.seqTo <= outer.seqTo && inner.seqTo - inner.seqFrom < outer.seqTo - outer.seqFrom;
}

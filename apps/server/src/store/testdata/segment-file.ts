import { writeFileSync } from "node:fs";
import { frameHead, headerFrame } from "../../journal/frame-codec.ts";
import type { FrameKind } from "../../journal/journal.ts";
import type { SegmentInsert } from "../../journal/segment-store.ts";
import { blockSettingsFor, statementVersion } from "../insert-statement.ts";

/** A payload for a test's segment, and what the frame says about it. */
export interface TestFrame {
  readonly tenant?: string;
  readonly source?: string;
  readonly receivedAtMs: number;
  readonly payload: Uint8Array;
  readonly count: number;
}

/** Writes a segment as the journal does and describes it for an insert. Seq starts at `seqFrom`. */
export function writeSegment(path: string, kind: FrameKind, frames: readonly TestFrame[], seqFrom = 1n): SegmentInsert {
  const salt = 7;
  const header = { format: 1, kind, statementVersion, blockSettings: blockSettingsFor(30), createdMs: 0, writer: 0 };
  const parts: Uint8Array[] = [headerFrame(header, seqFrom, salt)];
  let seq = seqFrom;
  for (const frame of frames) {
    const meta = {
      tenant: frame.tenant ?? "default",
      seqBase: seq,
      source: frame.source ?? "otlp",
      principal: "local",
      batchId: "",
      receivedAtMs: frame.receivedAtMs,
      count: frame.count,
      timeMinMs: frame.receivedAtMs,
      timeMaxMs: frame.receivedAtMs,
    };
    parts.push(frameHead(meta, kind, frame.payload, salt), frame.payload);
    seq += BigInt(frame.count);
  }
  writeFileSync(path, Buffer.concat(parts));
  const { blockSettings } = header;
  const rows = Number(seq - seqFrom);
  return { path, kind, token: `token-${String(seqFrom)}`, statementVersion, blockSettings, seqFrom, seqTo: seq, rows };
}

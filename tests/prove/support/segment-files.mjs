// @ts-check
// Segment files of a stopped server: what stands in them, another header, new ones.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  blockSettingsFor,
  frameHead,
  headerFrame,
  parseFrame,
  parseHeader,
  parseSegmentName,
  segmentFileName,
  statementVersion,
} from "./server-parts.mjs";

/** @typedef {import("../../../apps/server/src/journal/segment-store.ts").SegmentInsert} SegmentInsert */
/** @typedef {import("../../../apps/server/src/journal/segment-store.ts").BlockSettings} BlockSettings */
/** @typedef {import("../../../apps/server/src/journal/journal.ts").FrameKind} FrameKind */

/** Where the journal is in a data directory. @param {string} dataDir */
export const journalDirectory = (dataDir) => join(dataDir, "journal");

/** Paths of the segment files, open and closed. @param {string} dataDir @returns {string[]} */
export function segmentFiles(dataDir) {
  const directory = journalDirectory(dataDir);
  return readdirSync(directory)
    .filter((name) => parseSegmentName(name) !== undefined)
    .map((name) => join(directory, name));
}

/** @param {string} path */
function nameOf(path) {
  const name = parseSegmentName(basename(path));
  if (!name) throw new Error(`${path} is not a segment's name`);
  return name;
}

/** @param {Buffer} bytes */
function headerOf(bytes) {
  const frame = parseFrame(bytes, 0);
  const header = frame && parseHeader(bytes.subarray(frame.payloadAt, frame.length));
  if (!frame || !header) throw new Error("the segment does not begin with a header");
  return { frame, header };
}

/**
 * A closed segment as the insert statement wants it.
 * @param {string} path @returns {SegmentInsert & { readonly frames: number }}
 */
export function describeSegment(path) {
  const bytes = readFileSync(path);
  const { kind, seqFrom, seqTo, salt } = nameOf(path);
  const { frame, header } = headerOf(bytes);
  let rows = 0;
  let frames = 0;
  for (let at = frame.length; at < bytes.length; frames += 1) {
    const next = parseFrame(bytes, at);
    if (!next) throw new Error(`${path}: no frame at ${at}`);
    rows += next.meta.count;
    at += next.length;
  }
  const to = seqTo ?? seqFrom + BigInt(rows);
  const { blockSettings } = header;
  const token = `${kind}-${seqFrom}-${to}-${salt.toString(16)}`;
  return {
    path,
    kind,
    token,
    statementVersion: header.statementVersion,
    blockSettings,
    seqFrom,
    seqTo: to,
    rows,
    frames,
  };
}

/**
 * Gives a segment the header that another version, or other settings, would have written.
 * @param {string} path @param {{ blockSettings: BlockSettings, statementVersion?: number }} other
 */
export function changeHeader(path, other) {
  const bytes = readFileSync(path);
  const { salt } = nameOf(path);
  const { frame, header } = headerOf(bytes);
  const changed = headerFrame({ ...header, ...other }, frame.meta.seqBase, salt);
  writeFileSync(path, Buffer.concat([changed, bytes.subarray(frame.length)]));
}

/**
 * Writes a closed segment as the journal does: every checksum is right, whatever the payloads are.
 * @param {string} dataDir @param {FrameKind} kind @param {readonly { payload: Uint8Array, count: number }[]} frames @param {bigint} seqFrom
 * @returns {readonly { from: bigint, to: bigint }[]} Seq range of each frame
 */
export function writeSegment(dataDir, kind, frames, seqFrom) {
  const salt = 7;
  const nowMs = Date.now();
  const header = {
    format: 1,
    kind,
    statementVersion,
    blockSettings: blockSettingsFor(30),
    createdMs: nowMs,
    writer: 0,
  };
  /** @type {Uint8Array[]} */
  const parts = [headerFrame(header, seqFrom, salt)];
  const ranges = [];
  let seq = seqFrom;
  for (const { payload, count } of frames) {
    const meta = {
      tenant: "default",
      seqBase: seq,
      source: kind === "otlp-logs" ? "otlp" : "lines",
      principal: "local",
      batchId: "",
      receivedAtMs: nowMs,
      count,
      timeMinMs: nowMs,
      timeMaxMs: nowMs,
    };
    parts.push(frameHead(meta, kind, payload, salt), payload);
    ranges.push({ from: seq, to: seq + BigInt(count) });
    seq += BigInt(count);
  }
  const name = segmentFileName({ kind, seqFrom, seqTo: seq, salt });
  writeFileSync(join(journalDirectory(dataDir), name), Buffer.concat(parts), { mode: 0o600 });
  return ranges;
}

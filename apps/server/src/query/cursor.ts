import { createHash } from "node:crypto";
import { TaffrailError } from "@taffrail/contracts";
import type { Position, TimeRange } from "../store/store.ts";

/** What a page belongs to: pages of one search share it. */
export interface PagedSearch {
  /** Canonical text of the query. */
  readonly query: string;
  readonly order: "newest" | "oldest";
}

/** Where the next page starts. The range travels with it, so that pages of `since=15m` do not slide. */
export interface CursorPlace {
  readonly after: Position;
  readonly range: TimeRange;
}

const cursorLengthMax = 200;

const checksum = (text: string, search: PagedSearch): string =>
  createHash("sha256").update(`${text}\n${search.order}\n${search.query}`).digest("base64url").slice(0, 10);

/**
 * Writes a cursor: opaque, and bound to its query by a checksum. It needs no secret, because it cannot widen what the scope lets through.
 *
 * @example writeCursor({ after, range }, { query: "level:error", order: "newest" }) // "MTczMjI2..."
 */
export function writeCursor({ after, range }: CursorPlace, search: PagedSearch): string {
  const text = [after.timeNs, after.seq, range.fromMs, range.toMs].join(".");
  return Buffer.from(`${text}.${checksum(text, search)}`).toString("base64url");
}

/** Reads a cursor. Throws `invalid_parameter` when it is damaged or belongs to another query. */
export function readCursor(cursor: string, search: PagedSearch): CursorPlace {
  const damaged = new TaffrailError("invalid_parameter", {
    name: "cursor",
    reason: "it is damaged or belongs to another query",
  });
  if (cursor.length > cursorLengthMax) throw damaged;
  const decoded = Buffer.from(cursor, "base64url").toString("latin1");
  const match = /^((-?\d{1,19})\.(\d{1,20})\.(\d{1,16})\.(\d{1,16}))\.([\w-]{10})$/.exec(decoded);
  const [, text = "", timeNs = "", seq = "", fromMs = "", toMs = "", sum = ""] = match ?? [];
  if (match === null || sum !== checksum(text, search)) throw damaged;
  return { after: { timeNs, seq }, range: { fromMs: Number(fromMs), toMs: Number(toMs) } };
}

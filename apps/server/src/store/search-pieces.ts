import type { Order } from "./log-conditions.ts";
import type { Position, TimeRange } from "./store.ts";

const hourMs = 3_600_000;
/** Length of the first piece; each next one is four times as long. Milliseconds. */
const firstPieceMs = 12 * hourMs;
const growth = 4;

/** The part of the range that lies behind the position, in the order of the search. */
function rest(range: TimeRange, order: Order, after: Position | undefined): TimeRange {
  if (after === undefined) return range;
  const atMs = Number(BigInt(after.timeNs) / 1_000_000n);
  return order === "newest"
    ? { fromMs: range.fromMs, toMs: Math.min(range.toMs, atMs + 1) }
    : { fromMs: Math.max(range.fromMs, atMs), toMs: range.toMs };
}

/**
 * Cuts the range of a search into pieces that are read one after the other until the page is full. Together they are the range, or what of it is
 * left behind the position.
 *
 * @example searchPieces({ fromMs: 0, toMs: 30 * 86_400_000 }, "newest", undefined).length // 4
 */
export function searchPieces(range: TimeRange, order: Order, after: Position | undefined): readonly TimeRange[] {
  const left = rest(range, order, after);
  const pieces: TimeRange[] = [];
  let width = firstPieceMs;
  let done = 0;
  const length = left.toMs - left.fromMs;
  do {
    const end = Math.min(length, done + width);
    pieces.push(
      order === "newest"
        ? { fromMs: left.toMs - end, toMs: left.toMs - done }
        : { fromMs: left.fromMs + done, toMs: left.fromMs + end },
    );
    done = end;
    width *= growth;
  } while (done < length);
  return pieces;
}

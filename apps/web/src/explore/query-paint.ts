import { tokens } from "@taffrail/query";
import type { QueryMistake } from "./query-fault.tsx";

/** How a piece of the query is coloured. */
export type Paint = "text" | "field-name" | "operator" | "keyword" | "string";

/** A stretch of the query's text in one colour. */
export interface PaintedPiece {
  readonly from: number;
  readonly text: string;
  readonly paint: Paint;
  /** Underlined as a mistake. */
  readonly wrong: boolean;
}

type TokenKind = ReturnType<typeof tokens>[number]["kind"];

const paints: Readonly<Partial<Record<TokenKind, Paint>>> = {
  field: "field-name",
  phrase: "string",
  regex: "string",
  comparison: "operator",
  "range-open": "operator",
  "range-close": "operator",
  to: "keyword",
  and: "keyword",
  or: "keyword",
  not: "keyword",
  open: "operator",
  close: "operator",
};

/** Cuts a piece where the mistake begins and ends, so that only the characters at fault are underlined. */
function cutAt(piece: PaintedPiece, mistake: QueryMistake | undefined): readonly PaintedPiece[] {
  if (mistake === undefined) return [piece];
  const start = mistake.column - 1;
  const end = start + mistake.length;
  const cuts = [0, start - piece.from, end - piece.from, piece.text.length]
    .map((cut) => Math.min(piece.text.length, Math.max(0, cut)))
    .sort((one, other) => one - other);
  return cuts.slice(1).flatMap((cut, index) => {
    const begin = cuts[index] ?? 0;
    const text = piece.text.slice(begin, cut);
    const from = piece.from + begin;
    return text === "" ? [] : [{ ...piece, from, text, wrong: from >= start && from < end }];
  });
}

/**
 * Colours a query: joined, the pieces are the text again. A mistake at the very end (something is missing there) is shown on a blank after it.
 *
 * @example paintQuery("level:error", undefined).map((piece) => piece.paint) // ["field-name", "text"]
 */
export function paintQuery(text: string, mistake: QueryMistake | undefined): readonly PaintedPiece[] {
  const pieces: PaintedPiece[] = [];
  let at = 0;
  const add = (to: number, paint: Paint): void => {
    if (to > at) pieces.push({ from: at, text: text.slice(at, to), paint, wrong: false });
    at = Math.max(at, to);
  };
  for (const token of tokens(text)) {
    add(token.from, "text");
    add(token.to, paints[token.kind] ?? "text");
  }
  add(text.length, "text");
  const atEnd = mistake !== undefined && mistake.column > text.length;
  const tail: readonly PaintedPiece[] = atEnd ? [{ from: text.length, text: " ", paint: "text", wrong: true }] : [];
  return [...pieces.flatMap((piece) => cutAt(piece, mistake)), ...tail];
}

import type { Row } from "@taffrail/protocol";
import type { Frame } from "./job.ts";

/** Row lines being gathered into frames. */
export interface RowFrames {
  /** `line` is the line of the body that the row was made of; 0 where there are no lines. */
  add(row: Row, line: number): void;
  finish(): { readonly frames: readonly Frame[]; readonly timesReplaced: number };
}

/** Characters of rows in one frame. A body below it is one append to the journal: accepted whole or not at all. */
const frameCharacters = 16 * 1024 * 1024;

/**
 * Gathers rows into frames of about 16 MB.
 *
 * @example const frames = createRowFrames(); frames.add(encode(record), line.number); frames.finish().frames
 */
export function createRowFrames(): RowFrames {
  const frames: Frame[] = [];
  let rows: string[] = [];
  let characters = 0;
  let timeMinMs = Number.POSITIVE_INFINITY;
  let timeMaxMs = 0;
  let lastLine = 0;
  let timesReplaced = 0;

  function cut(): void {
    if (rows.length === 0) return;
    const payload = Buffer.from(rows.join(""), "utf8");
    frames.push({ kind: "log-rows", payload, count: rows.length, timeMinMs, timeMaxMs, lastLine });
    rows = [];
    characters = 0;
    timeMinMs = Number.POSITIVE_INFINITY;
    timeMaxMs = 0;
  }

  return {
    add(row, line): void {
      if (characters + row.line.length > frameCharacters) cut();
      rows.push(row.line);
      characters += row.line.length;
      if (row.timeMs < timeMinMs) timeMinMs = row.timeMs;
      if (row.timeMs > timeMaxMs) timeMaxMs = row.timeMs;
      if (row.timeReplaced) timesReplaced++;
      lastLine = line;
    },
    finish() {
      cut();
      return { frames, timesReplaced };
    },
  };
}

import { type Batch, createBatch, type EncodedRecord } from "@taffrail/contracts";

/** Id of a run of records inside a batch: ids name their first and last record. */
function partId(batch: Batch, from: number, count: number): string | undefined {
  const match = /^(.+)-(\d+)-(\d+)$/.exec(batch.id ?? "");
  if (match === null) return undefined;
  const first = Number(match[2]);
  if (Number(match[3]) - first + 1 !== batch.size) return undefined;
  return `${match[1]}-${first + from}-${first + from + count - 1}`;
}

/**
 * The records of a batch from `from` on that have at most `maxCharacters` together, but at least one; the batch itself where that is all of it.
 *
 * @example partOf(batch, 0, Number.POSITIVE_INFINITY) === batch // true
 */
export function partOf(batch: Batch, from: number, maxCharacters: number): Batch {
  if (
    from === 0 &&
    (batch.size <= 1 || maxCharacters === Number.POSITIVE_INFINITY || batch.characters <= maxCharacters)
  ) {
    return batch;
  }
  const part: EncodedRecord[] = [];
  let characters = 0;
  for (const record of batch.records().slice(from)) {
    characters += record.line.length;
    if (part.length > 0 && characters > maxCharacters) break;
    part.push(record);
  }
  const id = partId(batch, from, part.length);
  return createBatch(part, id === undefined ? { signal: batch.signal } : { signal: batch.signal, id });
}

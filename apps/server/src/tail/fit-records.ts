import type { LogView } from "@taffrail/contracts";

/** Characters of bodies and attributes in one push: what a slow reader's queue may hold is this times its length. */
const pushCharactersMax = 1024 * 1024;

const textSize = (map: Readonly<Record<string, string | number>>): number =>
  Object.entries(map).reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);

/** Characters that a record holds, roughly: what it costs to keep and to send. */
const recordSize = (record: LogView): number =>
  record.body.length + textSize(record.attributes) + textSize(record.resource) + textSize(record.scopeAttributes) + 400;

/** The newest of the records that fit into one push, in their order; at least one, however large. */
export function fitRecords(records: readonly LogView[]): readonly LogView[] {
  let room = pushCharactersMax;
  let first = records.length;
  while (first > 0) {
    const record = records[first - 1];
    if (record === undefined) break;
    room -= recordSize(record);
    if (room < 0 && first < records.length) break;
    first -= 1;
  }
  return first === 0 ? records : records.slice(first);
}

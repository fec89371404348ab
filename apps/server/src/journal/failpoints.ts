/**
 * Every failpoint of the journal, in the order in which a record passes them. Arm one with `TAFFRAIL_FAILPOINTS=name:effect@hit`; the crash bars
 * draw from this list.
 */
export const journalFailpoints = [
  "journal.seq.before",
  "journal.seq.after",
  "journal.write.before",
  "journal.write.after",
  "journal.fsync.before",
  "journal.fsync.after",
  "journal.ack.before",
  "journal.seal.before",
  "journal.seal.after",
  "journal.insert.before",
  "journal.insert.after",
  "journal.count.before",
  "journal.count.after",
  "journal.delete.before",
  "journal.delete.after",
  "journal.split.before",
  "journal.split.first",
  "journal.split.second",
  "journal.split.after",
  "journal.quarantine.before",
  "journal.abandon.before",
  "journal.recover.cut",
  "journal.recover.rewrite",
  "deadletter.write.before",
  "deadletter.write.after",
  "deadletter.fsync.after",
] as const;

import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

const recentMs = 10 * 60_000;

/** Old dead letters are history; new ones mean that a sender is losing records now. */
export const deadLetters: Check<DoctorSubject> = {
  id: "dead-letters",
  title: "No record was refused in the last ten minutes",
  clauses: ["taffrail:completeness"],
  remedy:
    "See what was refused and why with `curl http://127.0.0.1:4318/api/v1/ingest/dead-letters`, and correct the sender.",
  needs: "server-reachable",
  async probe(subject, signal) {
    const { deadLetters: letters, total } = await subject.deadLetters(signal);
    const since = subject.clock.now() - recentMs;
    const recent = letters.filter((letter) => Date.parse(letter.receivedAt) >= since);
    const records = recent.reduce((sum, letter) => sum + letter.count, 0);
    const codes = [...new Set(recent.map((letter) => letter.code))].join(", ");
    const evidence = { total, recent: records, codes, windowMs: recentMs };
    return records === 0
      ? pass(`None was; ${total} dead letters are kept in all.`, evidence)
      : fail(`${records} records were refused: ${codes}.`, evidence);
  },
};

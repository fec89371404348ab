import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

/** A quarantined segment holds acknowledged records that cannot be searched. */
export const quarantine: Check<DoctorSubject> = {
  id: "quarantine",
  title: "No journal segment is in quarantine",
  clauses: ["taffrail:durability"],
  remedy:
    "Keep the files under `journal/quarantine` in the data directory, note what `taffrail status` says, and report it.",
  needs: "server-reachable",
  async probe(subject) {
    const segments = (await subject.status()).journal.segmentsQuarantined;
    return segments === 0
      ? pass("None is.", { segments })
      : fail(`${segments} segments are in quarantine; their records are safe but not searchable.`, { segments });
  },
};

import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

const oldestMaxMs = 60_000;
/** Share of the budget from which senders will soon be asked to wait. */
const shareMax = 0.8;

/** A journal that grows means that the engine takes records slower than they come. */
export const journalBacklog: Check<DoctorSubject> = {
  id: "journal-backlog",
  title: "Records reach the store within a minute and the journal has room",
  clauses: ["taffrail:durability"],
  remedy: "Check the engine with `taffrail status`; send less, or raise `journal.budgetBytes` in the settings.",
  needs: "server-reachable",
  async probe(subject) {
    const { bytes, bytesLimit, oldestPendingMs, refusedLastMinute = 0 } = (await subject.status()).journal;
    const evidence = { bytes, bytesLimit, oldestPendingMs, oldestMaxMs, shareMax, refusedLastMinute };
    const percent = bytesLimit > 0 ? Math.round((100 * bytes) / bytesLimit) : 100;
    if (oldestPendingMs > oldestMaxMs)
      return fail(`A record has waited ${Math.round(oldestPendingMs / 1000)} s for the store.`, evidence);
    if (percent > shareMax * 100) return fail(`The journal has used ${percent} % of its budget.`, evidence);
    if (refusedLastMinute > 0)
      return fail(`Senders were refused ${refusedLastMinute} times in the last minute.`, evidence);
    return pass(`The oldest record waits ${oldestPendingMs} ms; ${percent} % of the budget is used.`, evidence);
  },
};

import { setTimeout as sleep } from "node:timers/promises";
import { type Check, fail, notApplicable, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

const foundWithinMs = 10_000;
const pollMs = 100;

/** The whole path in one question: a record goes in by the front door and comes out of a search. */
export const canary: Check<DoctorSubject> = {
  id: "canary",
  title: "A record sent now is found by a search within ten seconds",
  clauses: ["taffrail:completeness"],
  remedy: "Follow where it stopped with `taffrail status`: the journal's backlog, the engine's state, the ledger.",
  needs: "server-reachable",
  deadlineMs: foundWithinMs + 5_000,
  async probe(subject, signal) {
    if (!subject.deep) return notApplicable("Writes a record, so it runs only with --deep.", { deep: false });
    const marker = subject.ids.hex(8);
    const line = { level: "info", service: "taffrail-doctor", msg: "canary of taffrail doctor", canary: marker };
    const began = subject.clock.monotonic();
    await subject.ingestLine(JSON.stringify(line), signal);
    const acceptedMs = Math.round(subject.clock.monotonic() - began);
    for (;;) {
      const matches = await subject.countMatches(`service:taffrail-doctor canary:${marker}`, signal);
      const elapsedMs = Math.round(subject.clock.monotonic() - began);
      const evidence = { marker, acceptedMs, elapsedMs, matches };
      if (matches === 1) return pass(`Accepted after ${acceptedMs} ms, found after ${elapsedMs} ms.`, evidence);
      if (matches > 1) return fail(`One record was sent and ${matches} were found.`, evidence);
      if (elapsedMs > foundWithinMs) return fail(`Accepted after ${acceptedMs} ms, not found since.`, evidence);
      await sleep(pollMs, undefined, { signal });
    }
  },
};

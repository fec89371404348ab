import { type Check, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

/** The base of most other checks: without an answer they have no evidence. */
export const serverReachable: Check<DoctorSubject> = {
  id: "server-reachable",
  title: "A Taffrail server answers",
  clauses: ["taffrail:availability"],
  remedy: "Start one with `taffrail up`, or name another with `taffrail doctor --server URL`.",
  async probe(subject) {
    const began = subject.clock.monotonic();
    const status = await subject.status();
    const elapsedMs = Math.round(subject.clock.monotonic() - began);
    return pass(`${subject.url} answered in ${elapsedMs} ms.`, {
      url: subject.url,
      elapsedMs,
      startedAt: status.startedAt,
    });
  },
};

import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

const skewMaxMs = 2_000;

/** Clocks apart make "the last five minutes" mean different minutes here and there. */
export const clockSkew: Check<DoctorSubject> = {
  id: "clock-skew",
  title: "The clocks here and at the server agree within two seconds",
  clauses: ["taffrail:time"],
  remedy: "Synchronise both clocks; `timedatectl status` shows whether this one is.",
  needs: "server-reachable",
  async probe(subject, signal) {
    const before = subject.clock.now();
    const began = subject.clock.monotonic();
    const server = await subject.serverTime(signal);
    const roundTripMs = subject.clock.monotonic() - began;
    // The server read its clock somewhere between the request and its answer; the middle is the best guess.
    const skewMs = Math.round(server - (before + roundTripMs / 2));
    const evidence = { skewMs, skewMaxMs, roundTripMs: Math.round(roundTripMs) };
    const says = `The server's clock is ${Math.abs(skewMs)} ms ${skewMs < 0 ? "behind" : "ahead"}.`;
    return Math.abs(skewMs) - roundTripMs / 2 <= skewMaxMs ? pass(says, evidence) : fail(says, evidence);
  },
};

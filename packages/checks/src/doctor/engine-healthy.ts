import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

/** One restart heals an accident; more in the life of one server are a pattern. */
const restartsMax = 2;

/** The engine is a child process of the server: it may restart without loss, but not again and again. */
export const engineHealthy: Check<DoctorSubject> = {
  id: "engine-healthy",
  title: "The engine is ready and has not restarted repeatedly",
  clauses: ["taffrail:availability"],
  remedy: "See the reason with `taffrail status`; if it is memory, narrow the queries or give the machine more.",
  needs: "server-reachable",
  async probe(subject) {
    const { engine } = await subject.status();
    const evidence = { state: engine.state, restarts: engine.restarts, restartsMax, reason: engine.reason };
    const why = engine.reason === "" ? "" : ` (${engine.reason})`;
    if (engine.state !== "ready") return fail(`The engine is ${engine.state}${why}.`, evidence);
    if (engine.restarts > restartsMax) return fail(`The engine restarted ${engine.restarts} times${why}.`, evidence);
    return pass(`The engine is ready; it restarted ${engine.restarts} times.`, evidence);
  },
};

import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

/** Ready means that every part that a request needs is working. */
export const serverReady: Check<DoctorSubject> = {
  id: "server-ready",
  title: "The server is ready and none of its components is degraded",
  clauses: ["taffrail:availability"],
  remedy: "Look at the component named here with `taffrail status`, and in the output of `taffrail up`.",
  needs: "server-reachable",
  async probe(subject) {
    const status = await subject.status();
    const troubled = status.components.filter((component) => component.status !== "ok");
    const named = troubled.map((component) => `${component.name} is ${component.status}: ${component.detail}`);
    const evidence = { ready: status.ready, components: status.components.length, troubled: named.join("; ") };
    if (status.ready && troubled.length === 0)
      return pass(`All ${status.components.length} components are working.`, evidence);
    return fail(named.length > 0 ? `${named.join("; ")}.` : "The server says that it is not ready.", evidence);
  },
};

import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

/** Tool and server are released together; a pair that differs may misunderstand each other. */
export const versionMatch: Check<DoctorSubject> = {
  id: "version-match",
  title: "The tool and the server are of the same version",
  clauses: ["taffrail:requirements"],
  remedy: "Install the same version of both, then restart the server with `taffrail up`.",
  needs: "server-reachable",
  async probe(subject) {
    const server = (await subject.status()).version;
    const evidence = { tool: subject.version, server };
    return server === subject.version
      ? pass(`Both are ${server}.`, evidence)
      : fail(`The tool is ${subject.version}, the server is ${server}.`, evidence);
  },
};

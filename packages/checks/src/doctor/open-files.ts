import { readFile } from "node:fs/promises";
import { type Check, fail, notApplicable, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

const wanted = 4096;

/** The hard limit on open files in a `/proc/PID/limits` text; Node.js raises its soft limit to it. */
function hardLimit(text: string): number {
  const value = /^Max open files\s+\S+\s+(\S+)/m.exec(text)?.[1];
  if (value === undefined) throw new Error("/proc/self/limits names no limit on open files");
  return value === "unlimited" ? Number.POSITIVE_INFINITY : Number(value);
}

/** The store keeps many small files open. A server started from this shell inherits this limit. */
export const openFiles: Check<DoctorSubject> = {
  id: "open-files",
  title: `A process may open ${wanted} files`,
  clauses: ["taffrail:capacity"],
  remedy: `Raise the limit before starting the server: \`ulimit -n ${wanted}\`, or LimitNOFILE in its systemd unit.`,
  async probe() {
    if (process.platform !== "linux")
      return notApplicable("The limit can be read on Linux only.", { platform: process.platform });
    const limit = hardLimit(await readFile("/proc/self/limits", "utf8"));
    const evidence = { limit: Number.isFinite(limit) ? limit : "unlimited", wanted };
    const says = `The limit is ${evidence.limit}.`;
    return limit >= wanted ? pass(says, evidence) : fail(says, evidence);
  },
};

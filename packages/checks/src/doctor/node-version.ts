import { type Check, fail, pass } from "../check.ts";
import type { DoctorSubject } from "./subject.ts";

const oldest = [20, 19, 0] as const;

/** Compares dotted versions by their first three numbers: negative when `found` is older. */
function compareToOldest(found: string): number {
  const numbers = found.replace(/^v/, "").split(".").map(Number);
  for (const [index, wanted] of oldest.entries()) {
    const difference = (numbers[index] ?? 0) - wanted;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Older releases lack parts of the platform that Taffrail uses. */
export const nodeVersion: Check<DoctorSubject> = {
  id: "node-version",
  title: "Node.js is 20.19 or newer",
  clauses: ["taffrail:requirements"],
  remedy: "Install a newer Node.js, for example with `nvm install 22`.",
  async probe(subject) {
    const evidence = { found: subject.nodeVersion, oldest: oldest.join(".") };
    return compareToOldest(subject.nodeVersion) >= 0
      ? pass(`This is Node.js ${subject.nodeVersion}.`, evidence)
      : fail(`This is Node.js ${subject.nodeVersion}.`, evidence);
  },
};

import { statfs } from "node:fs/promises";
import { type Check, fail, pass } from "../check.ts";
import { localDataDir } from "./local-data-dir.ts";
import type { DoctorSubject } from "./subject.ts";

const freeMinBytes = 1024 ** 3;
const freeMinShare = 0.05;

const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

/** A full disk stops ingest with 503 until there is room again. */
export const diskFree: Check<DoctorSubject> = {
  id: "disk-free",
  title: "The disk of the data directory has room",
  clauses: ["taffrail:capacity"],
  remedy:
    "Free or add space, or move the data and restart with `taffrail up --data DIR`. A shorter `retention.days` holds for new records only; it frees nothing now.",
  async probe(subject) {
    const place = await localDataDir(subject);
    if ("finding" in place) return place.finding;
    const disk = await statfs(place.dir);
    const freeBytes = disk.bavail * disk.bsize;
    const totalBytes = disk.blocks * disk.bsize;
    const evidence = { dir: place.dir, freeBytes, totalBytes, freeMinBytes, freeMinShare };
    const says = `${gib(freeBytes)} of ${gib(totalBytes)} are free.`;
    return freeBytes >= freeMinBytes && freeBytes >= totalBytes * freeMinShare
      ? pass(says, evidence)
      : fail(says, evidence);
  },
};

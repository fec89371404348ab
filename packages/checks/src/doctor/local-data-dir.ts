import { stat } from "node:fs/promises";
import type { Finding } from "../check.ts";
import { notApplicable } from "../check.ts";
import { type DoctorSubject, isLoopback } from "./subject.ts";

/** The data directory when it is on this machine; else the finding that says why it cannot be examined from here. */
export async function localDataDir(
  subject: DoctorSubject,
): Promise<{ readonly dir: string } | { readonly finding: Finding }> {
  if (subject.dataDir !== undefined) return { dir: subject.dataDir };
  if (!isLoopback(subject.url))
    return { finding: notApplicable("The server runs on another machine.", { url: subject.url }) };
  const dir = (await subject.status()).dataDir;
  try {
    await stat(dir);
    return { dir };
  } catch (error) {
    // A container that publishes its port on this machine's loopback keeps its directory to itself.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { finding: notApplicable("The server's data directory is not on this machine.", { dir }) };
  }
}

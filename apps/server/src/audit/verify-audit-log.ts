import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditEntry, genesis, hashOf } from "./audit-entry.ts";

/** What a check of the chain found. `fault` is one sentence; undefined means that every entry is as it was written. */
export interface AuditVerdict {
  readonly entries: number;
  readonly fault: string | undefined;
  /** The last entry that can be read, from which the chain goes on. */
  readonly head: { readonly seq: number; readonly hash: string } | undefined;
}

function parse(line: string): AuditEntry | undefined {
  try {
    const value = JSON.parse(line) as AuditEntry | null;
    return typeof value === "object" && typeof value?.hash === "string" && typeof value.seq === "number"
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

function faultOf(entry: AuditEntry, before: { readonly seq: number; readonly hash: string }): string | undefined {
  const { hash, ...body } = entry;
  if (entry.seq !== before.seq + 1) return `entry ${before.seq + 1} is missing`;
  if (entry.previous !== before.hash) return `entry ${entry.seq} does not follow from the one before`;
  return hashOf(body) === hash ? undefined : `entry ${entry.seq} was changed`;
}

function headFault(dir: string, last: { readonly seq: number; readonly hash: string }): string | undefined {
  const path = join(dir, "HEAD");
  if (!existsSync(path)) return last.seq === 0 ? undefined : "the head is missing";
  const head = parse(readFileSync(path, "utf8"));
  if (!head) return "the head cannot be read";
  // One entry ahead of the head is what a crash between the two writes leaves.
  if (last.seq === head.seq + 1) return undefined;
  if (last.seq !== head.seq) return `the log ends at entry ${last.seq}, the head says ${head.seq}`;
  return last.hash === head.hash ? undefined : `entry ${last.seq} is not the one the head names`;
}

/**
 * Checks the audit log of a directory from its first entry to its head. Finds changed, missing, moved and added lines, and a cut-off end.
 * An empty directory is in order.
 *
 * @example verifyAuditLog("/var/lib/taffrail/audit").fault // undefined
 */
export function verifyAuditLog(dir: string): AuditVerdict {
  const path = join(dir, "audit.jsonl");
  const lines = existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
  let before: { readonly seq: number; readonly hash: string } = genesis;
  let fault: string | undefined;
  for (const [index, line] of lines.entries()) {
    const entry = parse(line);
    if (!entry) {
      fault ??= `line ${index + 1} cannot be read`;
      continue;
    }
    fault ??= faultOf(entry, before);
    before = { seq: entry.seq, hash: entry.hash };
  }
  fault ??= headFault(dir, before);
  return { entries: lines.length, fault, head: before.seq === 0 ? undefined : before };
}

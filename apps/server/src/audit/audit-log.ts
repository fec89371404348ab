import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { Action, Principal, Resource } from "../access/scope.ts";
import { syncDirectory, writeFileDurably, writeWhole } from "../write-durably.ts";
import { type AuditEntry, genesis, hashOf } from "./audit-entry.ts";
import { type AuditVerdict, verifyAuditLog } from "./verify-audit-log.ts";

/** What is to be written down: who did what to what, and how it ended. Details never hold secrets or record bodies. */
export interface AuditEvent {
  readonly principal: Principal;
  readonly action: Action | "server.start" | "server.stop";
  readonly resource: Resource;
  readonly outcome: "intended" | "done" | "failed";
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** Writes one event; resolves to nothing and returns only when it is on disk. Throws `audit_unavailable`: then the change must not be made. */
export type Audit = (event: AuditEvent) => void;

export interface AuditLog {
  readonly audit: Audit;
  /** What the check at start found. */
  readonly verdict: AuditVerdict;
  close(): void;
}

/** The head is kept beside the log, because a chain alone does not show that its last entries were cut off. It is as durable as the entry it names. */
function writeHead(dir: string, entry: { readonly seq: number; readonly hash: string }): void {
  writeFileDurably(join(dir, "HEAD"), `${JSON.stringify({ seq: entry.seq, hash: entry.hash })}\n`);
}

/** An entry whose change is not made must not stay. When even that fails, the next start finds it: half a line is cut off, a whole one shows. */
function takeBack(handle: number, length: number): void {
  try {
    ftruncateSync(handle, length);
  } catch {
    // The caller is told that the log cannot be written; there is nobody else to tell.
  }
}

/** A crash may leave half a line; its change was never made, because the line comes first. It is cut off so that the next one starts clean. */
function cutTornLine(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(path, end);
}

/**
 * Opens the audit log of a directory: one JSON line an entry, each with the hash of the one before, continued over restarts. The whole chain is
 * verified first; a broken one is reported in `verdict` and goes on from its last entry, so that the break stays visible.
 *
 * @example const log = openAuditLog({ dir, clock }); log.audit({ principal, action: "settings.write", ... });
 */
export function openAuditLog(options: { readonly dir: string; readonly clock: Clock }): AuditLog {
  const { dir, clock } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, "audit.jsonl");
  cutTornLine(path);
  const verdict = verifyAuditLog(dir);
  let head = verdict.head ?? genesis;
  const handle = openSync(path, "a", 0o600);
  // A log whose name is lost at a power loss would look as if somebody had removed it.
  for (const made of [dir, dirname(dir)]) syncDirectory(made);
  let length = fstatSync(handle).size;
  let closed = false;
  return {
    verdict,
    audit(event) {
      const body = {
        seq: head.seq + 1,
        time: new Date(clock.now()).toISOString(),
        principal: event.principal.id,
        tenant: event.principal.tenant,
        action: event.action,
        resource: event.resource,
        outcome: event.outcome,
        details: event.details,
        previous: head.hash,
      };
      const entry: AuditEntry = { ...body, hash: hashOf(body) };
      const bytes = Buffer.from(`${JSON.stringify(entry)}\n`);
      try {
        writeWhole(handle, bytes);
        fsyncSync(handle);
        writeHead(dir, entry);
      } catch (error) {
        takeBack(handle, length);
        const reason = error instanceof Error ? error.message : String(error);
        throw new TaffrailError("audit_unavailable", { reason }, error);
      }
      head = entry;
      length += bytes.length;
    },
    close() {
      if (closed) return;
      closed = true;
      closeSync(handle);
    },
  };
}

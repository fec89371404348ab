import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { localPrincipal } from "../access/scope.ts";
import { openAuditLog } from "./audit-log.ts";

const { steps, paths } = vi.hoisted(() => ({ steps: [] as string[], paths: new Map<number, string>() }));

/** The real file system; only the order of what reaches the disk is written down, because power loss cannot be tried. */
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const openSync: typeof real.openSync = (path, ...rest) => {
    const handle = real.openSync(path, ...rest);
    paths.set(handle, String(path));
    return handle;
  };
  const fsyncSync: typeof real.fsyncSync = (handle) => {
    steps.push(`sync ${paths.get(handle)}`);
    real.fsyncSync(handle);
  };
  const renameSync: typeof real.renameSync = (from, to) => {
    steps.push(`rename ${String(from)} ${String(to)}`);
    real.renameSync(from, to);
  };
  return { ...real, openSync, fsyncSync, renameSync };
});

let parent = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "taffrail-audit-"));
  steps.length = 0;
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

describe("what reaches the disk, and in which order", () => {
  it("makes the names of a new log durable before anything is written into it", () => {
    const dir = join(parent, "audit");
    openAuditLog({ dir, clock: systemClock }).close();
    expect(steps).toEqual([`sync ${dir}`, `sync ${dirname(dir)}`]);
  });

  it("syncs the entry, then the head's bytes, then the head's name", () => {
    const dir = join(parent, "audit");
    const log = openAuditLog({ dir, clock: systemClock });
    steps.length = 0;
    const base = { principal: localPrincipal, resource: "settings", outcome: "intended", details: {} } as const;
    log.audit({ ...base, action: "settings.write" });
    log.close();
    const head = join(dir, "HEAD");
    expect(steps).toEqual([
      `sync ${join(dir, "audit.jsonl")}`,
      `sync ${head}.next`,
      `rename ${head}.next ${head}`,
      `sync ${dir}`,
    ]);
  });
});

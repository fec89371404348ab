import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@taffrail/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localPrincipal } from "../access/scope.ts";
import { type AuditEvent, openAuditLog } from "./audit-log.ts";
import { verifyAuditLog } from "./verify-audit-log.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "taffrail-audit-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const event = (value: number): AuditEvent => ({
  principal: localPrincipal,
  action: "settings.write",
  resource: "settings",
  outcome: "intended",
  details: { key: "retention.days", value, nested: false },
});

function write(values: readonly number[]): void {
  const log = openAuditLog({ dir, clock: systemClock });
  for (const value of values) log.audit(event(value));
  log.close();
}

const path = (): string => join(dir, "audit.jsonl");
const lines = (): string[] => readFileSync(path(), "utf8").trimEnd().split("\n");
const rewrite = (changed: readonly string[]): void => writeFileSync(path(), `${changed.join("\n")}\n`);

describe("the audit log", () => {
  it("chains its entries over restarts and verifies", () => {
    write([1, 2]);
    write([3]);
    expect(lines().map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3]);
    expect(verifyAuditLog(dir)).toMatchObject({ entries: 3, fault: undefined, head: { seq: 3 } });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it("finds an empty directory in order", () => {
    expect(verifyAuditLog(dir)).toEqual({ entries: 0, fault: undefined, head: undefined });
  });

  const edits: readonly (readonly [string, (all: string[]) => readonly string[], RegExp])[] = [
    ["a changed value", (all) => all.with(1, all[1]!.replace('"value":2', '"value":9')), /entry 2 was changed/],
    ["a changed name", (all) => all.with(0, all[0]!.replace("local", "other")), /entry 1 was changed/],
    ["a removed line", (all) => all.toSpliced(1, 1), /entry 2 is missing/],
    ["swapped lines", (all) => [all[1]!, all[0]!, all[2]!], /entry 1 is missing/],
    ["a repeated line", (all) => [...all, all[2]!], /entry 4 is missing/],
    ["a cut-off end", (all) => all.slice(0, 2), /ends at entry 2, the head says 3/],
    ["a line that is no JSON", (all) => all.with(1, "{"), /line 2 cannot be read/],
    ["an emptied log", () => [], /ends at entry 0, the head says 3/],
  ];
  it.each(edits)("detects %s", (_name, edit, fault) => {
    write([1, 2, 3]);
    rewrite(edit(lines()));
    expect(verifyAuditLog(dir).fault).toMatch(fault);
  });

  it("detects an end that was forged with a matching chain", () => {
    write([1, 2, 3]);
    const kept = lines().slice(0, 2);
    const head = readFileSync(join(dir, "HEAD"), "utf8");
    rewrite(kept);
    writeFileSync(join(dir, "HEAD"), head.replace('"seq":3', '"seq":2'));
    expect(verifyAuditLog(dir).fault).toMatch(/entry 2 is not the one the head names/);
  });

  it("keeps a break visible while it goes on", () => {
    write([1, 2, 3]);
    rewrite(lines().with(1, lines()[1]!.replace('"value":2', '"value":9')));
    write([4]);
    expect(verifyAuditLog(dir)).toMatchObject({ entries: 4, fault: expect.stringMatching(/entry 2/) });
  });

  it("cuts off a line that a crash left half-written", () => {
    write([1, 2]);
    appendFileSync(path(), '{"seq":3,"ti');
    write([3]);
    expect(verifyAuditLog(dir)).toMatchObject({ entries: 3, fault: undefined });
  });

  it("accepts the one entry that a crash left ahead of the head", () => {
    write([1, 2]);
    const head = readFileSync(join(dir, "HEAD"), "utf8");
    write([3]);
    writeFileSync(join(dir, "HEAD"), head);
    expect(verifyAuditLog(dir).fault).toBeUndefined();
  });

  it("takes an entry back when the head cannot be written, because its change is not made", () => {
    const log = openAuditLog({ dir, clock: systemClock });
    log.audit(event(1));
    mkdirSync(join(dir, "HEAD.next"));
    expect(() => log.audit(event(2))).toThrowError(expect.objectContaining({ code: "audit_unavailable" }));
    rmSync(join(dir, "HEAD.next"), { recursive: true });
    log.audit(event(3));
    log.close();
    expect(lines().map((line) => JSON.parse(line).details.value)).toEqual([1, 3]);
    expect(verifyAuditLog(dir)).toMatchObject({ entries: 2, fault: undefined });
  });

  it("says that the change must not be made when it cannot write", () => {
    const log = openAuditLog({ dir, clock: systemClock });
    log.close();
    expect(() => log.audit(event(1))).toThrowError(expect.objectContaining({ code: "audit_unavailable" }));
  });
});

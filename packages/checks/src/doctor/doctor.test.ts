import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, TaffrailError } from "@taffrail/contracts";
import { afterEach, describe, expect, it } from "vitest";
import type { Check, Verdict } from "../check.ts";
import { abortFault, catalogueFaults } from "../conformance.ts";
import { reportText } from "../report.ts";
import { runChecks } from "../run.ts";
import { doctorChecks } from "./catalogue.ts";
import type { DoctorStatus, DoctorSubject } from "./subject.ts";

const now = Date.parse("2026-11-22T09:00:00Z");
const healthy: DoctorStatus = {
  version: "0.1.0",
  startedAt: "2026-11-22T08:00:00.000Z",
  ready: true,
  components: [{ name: "journal", status: "ok", detail: "" }],
  journal: { bytes: 10, bytesLimit: 1000, oldestPendingMs: 5, segmentsQuarantined: 0 },
  engine: { state: "ready", restarts: 0, reason: "" },
  dataDir: "/nowhere/at/all",
};

function subjectOf(changes: Partial<DoctorSubject> = {}): DoctorSubject {
  return {
    url: "http://127.0.0.1:4318",
    version: "0.1.0",
    nodeVersion: "v20.20.2",
    deep: false,
    clock: { now: () => now, monotonic: () => systemClock.monotonic() },
    ids: { hex: (bytes) => "ab".repeat(bytes) },
    status: async () => healthy,
    statusAt: async () => healthy,
    serverTime: async () => now,
    deadLetters: async () => ({ deadLetters: [], total: 0 }),
    ingestLine: async () => {},
    countMatches: async () => 1,
    ...changes,
  };
}

const checkOf = (id: string): Check<DoctorSubject> => {
  const check = doctorChecks.find((candidate) => candidate.id === id);
  if (!check) throw new Error(`there is no check ${id}`);
  return check;
};

async function verdictOf(id: string, changes: Partial<DoctorSubject>): Promise<readonly [Verdict, string]> {
  const { needs, ...check } = checkOf(id);
  const report = await runChecks([check], subjectOf(changes), { clock: systemClock });
  const result = report.results[0];
  if (!result) throw new Error("no result");
  return [result.verdict, result.summary];
}

const withStatus = (changes: Partial<DoctorStatus>): Partial<DoctorSubject> => ({
  status: async () => ({ ...healthy, ...changes }),
});
const journal = (changes: Partial<DoctorStatus["journal"]>): Partial<DoctorSubject> =>
  withStatus({ journal: { ...healthy.journal, ...changes } });

const unreachable = async (): Promise<never> => {
  throw new TaffrailError("server_unreachable", { url: "http://127.0.0.1:4318", reason: "ECONNREFUSED" });
};

describe("the doctor's catalogue", () => {
  it("conforms", () => expect(catalogueFaults(doctorChecks)).toEqual([]));

  it("has checks that let go when the run is over", async () => {
    const hanging = subjectOf({ deep: true, countMatches: async () => 0 });
    for (const check of doctorChecks) expect(await abortFault(check, hanging, 2_000)).toBeUndefined();
  });

  it("finds faults in a check that does not conform", () => {
    const bad = { ...checkOf("node-version"), id: "Node_Version", clauses: [], remedy: "Pray." };
    expect(catalogueFaults([bad, bad])).toHaveLength(7);
  });
});

describe("each check can pass and fail", () => {
  const rows: readonly (readonly [id: string, changes: Partial<DoctorSubject>, verdict: Verdict])[] = [
    ["node-version", { nodeVersion: "v20.19.0" }, "pass"],
    ["node-version", { nodeVersion: "v26.1.0" }, "pass"],
    ["node-version", { nodeVersion: "v20.18.3" }, "fail"],
    ["node-version", { nodeVersion: "v18.20.0" }, "fail"],
    ["server-reachable", {}, "pass"],
    ["server-reachable", { status: unreachable }, "fail"],
    ["server-ready", {}, "pass"],
    ["server-ready", withStatus({ ready: false }), "fail"],
    [
      "server-ready",
      withStatus({ components: [{ name: "engine", status: "degraded", detail: "restarting" }] }),
      "fail",
    ],
    ["version-match", {}, "pass"],
    ["version-match", { version: "0.2.0" }, "fail"],
    ["engine-healthy", withStatus({ engine: { state: "ready", restarts: 2, reason: "memory" } }), "pass"],
    ["engine-healthy", withStatus({ engine: { state: "ready", restarts: 3, reason: "memory" } }), "fail"],
    ["engine-healthy", withStatus({ engine: { state: "restarting", restarts: 1, reason: "memory" } }), "fail"],
    ["journal-backlog", journal({ oldestPendingMs: 60_000, bytes: 800 }), "pass"],
    ["journal-backlog", journal({ oldestPendingMs: 60_001 }), "fail"],
    ["journal-backlog", journal({ bytes: 810 }), "fail"],
    ["journal-backlog", journal({ refusedLastMinute: 0 }), "pass"],
    ["journal-backlog", journal({ refusedLastMinute: 1 }), "fail"],
    ["quarantine", {}, "pass"],
    ["quarantine", journal({ segmentsQuarantined: 1 }), "fail"],
    ["clock-skew", { serverTime: async () => now + 1_900 }, "pass"],
    ["clock-skew", { serverTime: async () => now - 2_600 }, "fail"],
    ["loopback-twins", { url: "http://logs.example:4318" }, "not-applicable"],
    ["canary", {}, "not-applicable"],
    ["canary", { deep: true }, "pass"],
    ["canary", { deep: true, countMatches: async () => 2 }, "fail"],
    ["canary", { deep: true, ingestLine: unreachable }, "fail"],
    ["disk-free", { url: "http://logs.example:4318" }, "not-applicable"],
    ["disk-free", {}, "not-applicable"],
    ["disk-free", { dataDir: "/nowhere/at/all" }, "fail"],
  ];
  for (const [id, changes, verdict] of rows)
    it(`${id}: ${verdict}`, async () => {
      const [found, summary] = await verdictOf(id, changes);
      expect(found, summary).toBe(verdict);
    });

  it("dead-letters: old ones pass, new ones fail and name their codes", async () => {
    const letter = { receivedAt: "2026-11-22T08:49:00Z", code: "record_too_large", count: 3 };
    const answer = (receivedAt: string) => ({
      deadLetters: async () => ({ deadLetters: [{ ...letter, receivedAt }], total: 1 }),
    });
    expect((await verdictOf("dead-letters", answer("2026-11-22T08:49:00Z")))[0]).toBe("pass");
    expect(await verdictOf("dead-letters", answer("2026-11-22T08:51:00Z"))).toEqual([
      "fail",
      "3 records were refused: record_too_large.",
    ]);
  });

  it("the disk's remedy promises no room from a shorter retention", () => {
    const { remedy } = checkOf("disk-free");
    expect(remedy).toContain("Free or add space");
    expect(remedy).toContain("`retention.days` holds for new records only");
    expect(remedy).not.toContain("shorten");
  });

  it("what needs the server fails unexamined without it, and only the first names the reason and a remedy", async () => {
    const without = subjectOf({ status: unreachable, statusAt: unreachable, serverTime: unreachable });
    const report = await runChecks(doctorChecks, without, { clock: systemClock });
    const failed = report.results.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
    const needing = doctorChecks.filter(({ needs }) => needs === "server-reachable").map(({ id }) => id);
    expect(failed).toEqual(expect.arrayContaining(["server-reachable", ...needing]));
    expect(report.results.find(({ id }) => id === "server-reachable")?.summary).toContain("ECONNREFUSED");
    expect(reportText(report).match(/To do: Start one with `taffrail up`/g)).toHaveLength(1);
    expect(reportText(report)).not.toContain("timedatectl");
  });
});

describe("data-dir-permissions", () => {
  let dir = "";
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("passes 0700 and 0600, and names what is open", async () => {
    dir = await mkdtemp(join(tmpdir(), "taffrail-doctor-"));
    await mkdir(join(dir, "journal"), { mode: 0o700 });
    await writeFile(join(dir, "journal", "a.seg"), "x", { mode: 0o600 });
    expect((await verdictOf("data-dir-permissions", { dataDir: dir }))[0]).toBe("pass");
    await chmod(join(dir, "journal", "a.seg"), 0o640);
    const [verdict, summary] = await verdictOf("data-dir-permissions", { dataDir: dir });
    expect(verdict).toBe("fail");
    expect(summary).toContain("a.seg (640)");
  });
});

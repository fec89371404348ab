import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@taffrail/client";
import { describe, expect, it } from "vitest";
import { verifyAuditLog } from "./audit/verify-audit-log.ts";
import { eventually, makeTestDir, startTestServer } from "./testdata/test-server.ts";

const mount = (...args: string[]): string | undefined => {
  const done = spawnSync("mount", args, { encoding: "utf8" });
  return done.status === 0 ? undefined : done.stderr || done.error?.message || "mount failed";
};

/** Fills the file system to its last byte. */
function fill(path: string): void {
  const chunk = Buffer.alloc(64 * 1024);
  for (const size of [chunk.length, 1]) {
    try {
      for (;;) writeFileSync(path, chunk.subarray(0, size), { flag: "a" });
    } catch {
      // Full at this size.
    }
  }
}

describe("a full disk", () => {
  it("is a clear refusal; nothing is lost, and it passes by itself", async (context) => {
    const dir = makeTestDir();
    const refusal = mount("-t", "tmpfs", "-o", "size=48m", "tmpfs", dir.path);
    if (refusal !== undefined) {
      dir.remove();
      return context.skip(`a small file system cannot be mounted here: ${refusal}`);
    }
    const data = join(dir.path, "data");
    const server = await startTestServer(data);
    try {
      const client = createClient({ baseUrl: server.url });
      const send = (n: number) =>
        client.ingestLines({ body: `${JSON.stringify({ msg: `n ${n}`, service: "full" })}\n` });
      await send(1);
      await eventually(async () => expect((await client.getStatus()).ingest.pending).toBe(0));
      const ballast = join(dir.path, "ballast");
      fill(ballast);
      await expect(send(2)).rejects.toMatchObject({ code: "journal_unavailable", status: 503 });
      const refused = await client.putSetting({ key: "retention.days", value: 5 }).catch((error: unknown) => error);
      expect(["audit_unavailable", "settings_unavailable"]).toContain((refused as { code: string }).code);
      const journal = (await client.getStatus()).components.find(({ name }) => name === "journal");
      expect(journal).toMatchObject({ status: "down", detail: expect.stringContaining("no space left") });
      rmSync(ballast);
      expect(await send(3)).toMatchObject({ accepted: 1 });
      await client.putSetting({ key: "retention.days", value: 6 });
      await eventually(async () => {
        const { records } = await client.searchLogs({ query: "service:full", since: "1h", order: "oldest" });
        expect(records.map(({ body }) => body)).toEqual(["n 1", "n 3"]);
      });
      expect((await client.getStatus()).components.filter(({ status }) => status === "down")).toEqual([]);
    } finally {
      await server.close();
    }
    expect(verifyAuditLog(join(data, "audit")).fault).toBeUndefined();
    // The settings driver lets go of its files only when its handles are collected; a lazy unmount does not wait for that.
    spawnSync("umount", ["-l", dir.path]);
    dir.remove();
  });
});

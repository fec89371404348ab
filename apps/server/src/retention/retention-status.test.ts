import { type Clock, systemClock } from "@taffrail/contracts";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunningServer } from "../main.ts";
import { makeTestDir, send, startTestServer, type TestDir } from "../testdata/test-server.ts";

const hourMs = 3_600_000;
let dir: TestDir;
let server: RunningServer | undefined;
beforeEach(() => {
  dir = makeTestDir();
});
afterEach(async () => {
  await server?.close();
  dir.remove();
});

async function restart(clock: Clock): Promise<string> {
  await server?.close();
  server = await startTestServer(dir.path, { clock });
  return server.url;
}

async function retentionStatus(url: string): Promise<unknown> {
  const { components } = JSON.parse((await send(`${url}/status`)).text);
  return components.find(({ name }: { readonly name: string }) => name === "retention");
}

it("the status says that retention waits, from the start after a night off until somebody confirms", async () => {
  const confirm = (url: string) =>
    send(`${url}/api/v1/retention/run`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"dryRun":false,"confirmed":true}',
    });
  const sound = { name: "retention", status: "ok", detail: "" };
  const first = await restart(systemClock);
  expect((await confirm(first)).status).toBe(200);
  expect(await retentionStatus(first)).toEqual(sound);

  const next = await restart({ ...systemClock, now: () => Date.now() + 14 * hourMs });
  expect(await retentionStatus(next)).toEqual({
    name: "retention",
    status: "degraded",
    detail: "it drops nothing because the last run was 14.0 hours ago",
  });
  expect((await confirm(next)).status).toBe(200);
  expect(await retentionStatus(next)).toEqual(sound);
});

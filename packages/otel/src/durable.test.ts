import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type OtlpReceiver, startReceiver } from "./testdata/otlp-receiver.ts";

const program = fileURLToPath(new URL("testdata/durable-program.mjs", import.meta.url));
let receiver: OtlpReceiver;
let dir: string;
beforeEach(async () => {
  if (!existsSync(new URL("../dist/index.js", import.meta.url))) throw new Error("run npx tsc -b packages/otel");
  receiver = await startReceiver();
  dir = mkdtempSync(join(tmpdir(), "taffrail-otel-"));
});
afterEach(async () => {
  await receiver.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** An address where nobody answers. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

it("spans, metrics and records of a program that was killed come after a restart, once", async () => {
  const killed = spawn(process.execPath, [program, await deadUrl(), dir, "100"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await once(killed, "close");
  expect([receiver.spans, receiver.logs, receiver.metrics]).toEqual([[], [], []]);

  const next = spawn(process.execPath, [program, receiver.url, dir, "0"], { stdio: "inherit" });
  const [code] = await once(next, "close");
  expect(code).toBe(0);
  const steps = Array.from({ length: 100 }, (_, n) => `step ${n}`).sort();
  expect(receiver.spans.map(({ name }) => name).sort()).toEqual(steps);
  expect(receiver.logs.map(({ body }) => body.stringValue).sort()).toEqual(steps);
  expect(receiver.metrics.map(({ name }) => name)).toContain("done");
});

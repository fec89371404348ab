import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type OtlpReceiver, startReceiver } from "./testdata/otlp-receiver.ts";

const program = fileURLToPath(new URL("testdata/ends-by-itself.mjs", import.meta.url));
let receiver: OtlpReceiver;
beforeEach(async () => {
  if (!existsSync(new URL("../dist/index.js", import.meta.url))) throw new Error("run npx tsc -b packages/otel");
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

it("a program that ends by itself, without a shutdown, leaves no span, metric or record behind", async () => {
  const child = spawn(process.execPath, [program, receiver.url], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code, said).toBe(0);
  const steps = Array.from({ length: 100 }, (_, n) => `step ${n}`).sort();
  expect(receiver.spans.map(({ name }) => name).sort()).toEqual(steps);
  expect(receiver.logs.map(({ body }) => body.stringValue).sort()).toEqual(steps);
  expect(receiver.metrics.map(({ name }) => name)).toContain("done");
  expect(new Set(receiver.logs.map(({ traceId }) => traceId)).size).toBe(100);
});

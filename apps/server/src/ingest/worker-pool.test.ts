import { TaffrailError } from "@taffrail/contracts";
import { afterEach, describe, expect, test } from "vitest";
import type { Job } from "./job.ts";
import { line } from "./testdata/requests.ts";
import { createWorkerPool, type WorkerPool } from "./worker-pool.ts";

let pool: WorkerPool | undefined;
afterEach(() => pool?.close());

const options = { service: undefined, format: undefined, plainText: false, wholeJson: false };

function linesJob(text: string): Job {
  const body = Uint8Array.from(Buffer.from(text));
  return { kind: "lines", body, retentionDays: 30, receivedAtMs: Date.now(), lines: options };
}

function jsonJob(body: Uint8Array): Job {
  return { kind: "otlp-json", body, retentionDays: 30, receivedAtMs: Date.now() };
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  return await run.then(
    () => "ok",
    (error: unknown) => (error instanceof TaffrailError ? error.code : String(error)),
  );
}

describe("the pool of decode threads", () => {
  test("runs jobs in their order, more of them than it has threads", async () => {
    pool = createWorkerPool({ workersMax: 1, memoryMiBMax: 256 });
    const runs = ["a", "b", "c"].map((name) => pool?.run(linesJob(line(name) + line(name))));
    const outcomes = await Promise.all(runs);
    expect(outcomes.map((outcome) => outcome?.frames[0]?.count)).toEqual([2, 2, 2]);
    const payloads = outcomes.map((outcome) => Buffer.from(outcome?.frames[0]?.payload ?? []).toString("utf8"));
    for (const [index, name] of ["a", "b", "c"].entries()) expect(payloads[index]).toContain(`"b":"${name}"`);
  });

  test("hands errors of the catalogue over as what they are", async () => {
    pool = createWorkerPool({ workersMax: 1, memoryMiBMax: 256 });
    await expect(pool.run(jsonJob(Buffer.from("{")))).rejects.toMatchObject({ code: "malformed_json", status: 400 });
    await expect(pool.run(jsonJob(Uint8Array.from([0x7b, 0xff])))).rejects.toMatchObject({
      code: "invalid_utf8",
      details: { offset: 1 },
    });
  });

  test("a thread that runs out of memory fails its own body; the next gets a new thread", async () => {
    pool = createWorkerPool({ workersMax: 1, memoryMiBMax: 24 });
    const huge = Buffer.from(`{"resourceLogs":[${'{"a":[{},{},{}]},'.repeat(400_000)}{}]}`);
    const size = huge.byteLength;
    const [first, second] = [pool.run(jsonJob(huge)), codeOf(pool.run(linesJob(line("after"))))];
    await expect(first).rejects.toMatchObject({
      code: "body_too_complex",
      status: 413,
      details: { bytes: size, limit: 24 },
    });
    expect(await second).toBe("ok");
  });

  test("closing ends waiting and running jobs with a clear error, and may be repeated", async () => {
    pool = createWorkerPool({ workersMax: 1, memoryMiBMax: 256 });
    const runs = [1, 2].map(() => codeOf(pool?.run(linesJob(line("x").repeat(50_000))) ?? Promise.reject()));
    await pool.close();
    await pool.close();
    expect(await Promise.all(runs)).toEqual(["shutting_down", "shutting_down"]);
    expect(await codeOf(pool.run(linesJob(line("late"))))).toBe("shutting_down");
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemIds } from "@taffrail/contracts";
import { createFailpoint } from "@taffrail/experiments";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDeadLetters } from "../journal/dead-letter-files.ts";
import type { DeadLetterEntry } from "../journal/dead-letters.ts";
import { countDeadLetters } from "./dead-letter-counts.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "taffrail-letters-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const entry = (code: DeadLetterEntry["code"], count: number): DeadLetterEntry => ({
  tenant: "default",
  source: "lines",
  code,
  message: "m",
  sample: Buffer.from("s"),
  count,
  receivedAtMs: 0,
});

it("counts records that were kept and those that could not be, by code", async () => {
  const failures: unknown[] = [];
  const files = await openDeadLetters({ dir, ids: systemIds, failpoint: createFailpoint("") });
  const { deadLetters, counts } = countDeadLetters(files, (error) => failures.push(error));
  await deadLetters.add([entry("invalid_line", 1), entry("invalid_line", 20), entry("too_old", 2)]);
  expect(counts()).toEqual({ kept: { invalid_line: 21, too_old: 2 }, failed: {} });
  expect([deadLetters.total("default"), (await deadLetters.list("default", 9)).length]).toEqual([3, 3]);
  await deadLetters.close();
  await expect(deadLetters.add([entry("too_old", 3)])).rejects.toMatchObject({ code: "shutting_down" });
  expect(counts()).toEqual({ kept: { invalid_line: 21, too_old: 2 }, failed: { too_old: 3 } });
  expect(failures).toHaveLength(1);
});

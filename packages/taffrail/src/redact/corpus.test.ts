import { createRandom } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { createLogger, memorySink } from "../index.ts";
import type { RedactOptions } from "./options.ts";
import { cleanCases } from "./testdata/clean-cases.mjs";
import { leakCases } from "./testdata/leak-cases.mjs";

const seed = Number(process.env.TAFFRAIL_SEED ?? 20261122);
const strict = { presets: ["credentials", "gdpr", "hipaa", "pci-dss", "ccpa"] } as const;

describe(`corpus (seed ${seed})`, () => {
  it("lets no secret out in any form", async () => {
    const memory = memorySink();
    const log = createLogger({ sinks: [memory], redact: strict, signals: [] });
    const cases = leakCases(createRandom(seed));
    for (const { message, fields } of cases) log.info(message, fields);
    await log.flush();
    const lines = memory.lines();
    await log.close();
    const leaks = cases.flatMap(({ name, needles }, index) => {
      const line = lines[index] ?? "";
      return line === "" || needles.some((needle) => line.includes(needle)) ? [`${name}: ${line}`] : [];
    });
    expect(leaks).toEqual([]);
    expect(cases.length).toBeGreaterThan(300);
  });

  it("leaves ordinary records as they are", async () => {
    const cases = cleanCases(createRandom(seed));
    const linesWith = async (redact: RedactOptions | false): Promise<readonly string[]> => {
      const memory = memorySink();
      const log = createLogger({
        sinks: [memory],
        redact,
        signals: [],
        clock: { now: () => 0, monotonic: () => performance.now() },
      });
      for (const { message, fields } of cases) log.info(message, fields);
      await log.close();
      return memory.lines();
    };
    const [plain, redacted] = [await linesWith(false), await linesWith(strict)];
    const changed = cases.flatMap(({ kind }, index) =>
      plain[index] === redacted[index] ? [] : [`${kind}: ${redacted[index]}`],
    );
    expect(plain.length).toBe(cases.length);
    expect(changed.length, changed.join("\n")).toBeLessThan(cases.length * 0.02);
  });
});

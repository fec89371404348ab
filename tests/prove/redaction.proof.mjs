// @ts-check
import { cleanCases } from "../../packages/taffrail/src/redact/testdata/clean-cases.mjs";
import { leakCases } from "../../packages/taffrail/src/redact/testdata/leak-cases.mjs";

/** The strictest rules there are: every preset, every detector. @type {import("taffrail").RedactOptions} */
const strict = {
  presets: ["credentials", "gdpr", "hipaa", "pci-dss", "ccpa"],
  detect: [
    "card",
    "token",
    "private-key",
    "secret-in-url",
    "secret-in-text",
    "email",
    "phone",
    "iban",
    "ssn",
    "national-id",
  ],
};
/** The most clean records that may be masked. */
const worstShare = 0.02;

/** Freezes what was logged: a redaction that changes its input then throws. @param {unknown} value @param {Set<unknown>} [seen] */
function freeze(value, seen = new Set()) {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (!(value instanceof Error)) Object.freeze(value);
  for (const item of Object.values(value)) freeze(item, seen);
}

/**
 * The line of each record, through a real logger.
 * @param {import("taffrail").RedactOptions | false} redact @param {readonly { message: string, fields: object }[]} cases
 */
async function linesOf(redact, cases) {
  const { createLogger, memorySink } = await import("taffrail");
  const memory = memorySink({ maxRecords: cases.length });
  const clock = { now: () => 0, monotonic: () => performance.now() };
  const log = createLogger({ service: "proof", sinks: [memory], redact, signals: [], clock, bufferBytes: 2 ** 28 });
  for (const { message, fields } of cases) log.info(message, fields);
  await log.close();
  return memory.lines();
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "redaction",
  title: "no secret leaves a logger, in whatever form; ordinary records stay as they are",
  needs: [],
  counts: { full: 10, share: 1 },
  async run({ count, random }) {
    const faults = [];
    const figures = {
      "secrets logged": 0,
      leaked: 0,
      "clean records": 0,
      "masked wrongly": 0,
      "masked wrongly by default rules": 0,
    };
    for (let round = 0; round < count; round++) {
      const secrets = leakCases(random);
      for (const { fields } of secrets) freeze(fields);
      const lines = await linesOf(strict, secrets);
      if (lines.length !== secrets.length) faults.push(`${secrets.length} logged, ${lines.length} written`);
      for (const [index, { name, needles }] of secrets.entries()) {
        const line = lines[index] ?? "";
        figures["secrets logged"] += 1;
        if (!needles.some((needle) => line.includes(needle))) continue;
        figures.leaked += 1;
        faults.push(`leaked: ${name}: ${line.slice(0, 400)}`);
      }
      const clean = cleanCases(random);
      const [plain, redacted, byDefault] = [
        await linesOf(false, clean),
        await linesOf(strict, clean),
        await linesOf({}, clean),
      ];
      figures["clean records"] += clean.length;
      figures["masked wrongly"] += plain.filter((line, index) => line !== redacted[index]).length;
      figures["masked wrongly by default rules"] += plain.filter((line, index) => line !== byDefault[index]).length;
    }
    if (figures["masked wrongly"] > figures["clean records"] * worstShare) faults.push("more than 2 % masked wrongly");
    return { figures, faults: faults.slice(0, 20) };
  },
};

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { encodeRow } from "../rows/encode-row.ts";
import { createLineParser, type LineOutcome } from "./line-parser.ts";

const receivedAtMs = Date.parse("2026-11-22T12:00:00Z");

function show(outcome: LineOutcome): string {
  if ("none" in outcome) return `# ${outcome.none}\n`;
  if ("error" in outcome) return `# ${outcome.error.code}: ${outcome.error.message}\n`;
  return `# ${outcome.format}\n${encodeRow(outcome.record, { retentionDays: 30, receivedAtMs }).line}`;
}

const formats = [
  "taffrail",
  "pino",
  "pino-iso",
  "winston",
  "winston-bare",
  "bunyan",
  "ecs",
  "docker",
  "cri",
  "logfmt",
  "access-log",
  "plain",
  "programs",
  "syslog",
  "json",
  "json-others",
];

describe("golden pairs: each line of NAME.in is recognised by itself", () => {
  test.each(formats)("%s", async (name) => {
    const input = readFileSync(new URL(`./testdata/${name}.in`, import.meta.url), "utf8").replace(/\n$/, "");
    const parser = createLineParser();
    const outcomes = input.split("\n").map((line) => parser.parse(line, receivedAtMs));
    outcomes.push(...parser.flush(receivedAtMs));
    await expect(outcomes.map(show).join("")).toMatchFileSnapshot(`./testdata/${name}.out`);
  });
});

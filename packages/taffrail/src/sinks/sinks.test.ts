import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recorder, testSink } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { consoleSink } from "./console-sink.ts";
import { fileSink } from "./file-sink.ts";
import { httpSink } from "./http-sink.ts";
import { memorySink } from "./memory-sink.ts";
import { nullSink } from "./null-sink.ts";
import { startIngestServer } from "./testdata/ingest-server.ts";

const runner = { describe, expect, it };
const cannotFail = "memory cannot be made to fail";

function readLines(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

testSink(
  "fileSink",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "taffrail-file-"));
    const path = join(folder, "logs", "app.log");
    return {
      sink: fileSink({ path }),
      received: () => readLines(path),
      dispose: () => rmSync(folder, { recursive: true }),
    };
  },
  { runner, deviations: { "answers failure with a result": "shown in file-sink.test.ts with a full device" } },
);

testSink(
  "consoleSink",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "taffrail-console-"));
    const path = join(folder, "stdout");
    const descriptor = openSync(path, "a");
    return {
      sink: consoleSink({ format: "json", descriptor }),
      received: () => readLines(path),
      dispose: () => {
        closeSync(descriptor);
        rmSync(folder, { recursive: true });
      },
    };
  },
  {
    runner,
    deviations: { "answers failure with a result": "shown in console-sink.test.ts with a reader that goes away" },
  },
);

testSink(
  "httpSink",
  async () => {
    const server = await startIngestServer();
    return {
      sink: httpSink({ url: server.url, timeoutMs: 2000 }),
      received: () => server.lines,
      breakDestination: server.stop,
      dispose: server.stop,
    };
  },
  {
    runner,
    deviations: {
      "writes its last words by blocking":
        "blocks the thread that the server of this test runs on; shown in exit.test.ts",
      "finishes a write under way before its last words": "as above; shown in exit.test.ts",
    },
  },
);

testSink(
  "memorySink",
  () => {
    const sink = memorySink();
    return { sink, received: () => sink.lines() };
  },
  { runner, deviations: { "answers failure with a result": cannotFail } },
);

testSink(
  "recorder",
  () => {
    const sink = recorder();
    return { sink, received: () => sink.lines.map((line) => line.trimEnd()) };
  },
  {
    runner,
    deviations: {
      "answers failure with a result": cannotFail,
      "refuses after close without throwing": "what is logged late must show in a test",
    },
  },
);

testSink("nullSink", () => ({ sink: nullSink(), received: () => [] }), {
  runner,
  deviations: {
    "delivers a batch whole and in order": "keeps nothing by design",
    "keeps the order of batches": "keeps nothing by design",
    "delivers 5000 records of one batch": "keeps nothing by design",
    "leaves awkward characters as they are": "keeps nothing by design",
    "writes its last words by blocking": "keeps nothing by design",
    "finishes a write under way before its last words": "keeps nothing by design",
    "refuses after close without throwing": "takes everything by design",
    "answers failure with a result": "never fails by design",
  },
});

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLogsRequest } from "@taffrail/protocol";
import { recorder, testSink } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { consoleSink } from "./console-sink.ts";
import { fileSink } from "./file-sink.ts";
import { httpSink } from "./http-sink.ts";
import { memorySink } from "./memory-sink.ts";
import { nullSink } from "./null-sink.ts";
import { otlpSink } from "./otlp-sink.ts";
import { listenStream } from "./syslog/testdata/syslog-server.ts";
import { syslogSink } from "./syslog-sink.ts";
import { startReceiver } from "./testdata/receiver-thread.ts";

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
  { runner },
);

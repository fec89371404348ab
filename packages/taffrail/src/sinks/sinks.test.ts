import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLogsRequest } from "@taffrail/protocol";
import { recorder, type SinkUnderTest, testSink } from "@taffrail/testkit";
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
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}

function makeFile(options: object): SinkUnderTest {
  const folder = mkdtempSync(join(tmpdir(), "taffrail-file-"));
  const logs = join(folder, "logs");
  const sink = fileSink({ path: join(logs, "app.log"), ...options });
  return {
    sink,
    received: () => readLines(join(logs, "app.log")),
    breakDestination() {
      renameSync(logs, `${logs}-away`);
      writeFileSync(logs, "a file where the folder was");
      sink.reopen();
    },
    dispose: () => rmSync(folder, { recursive: true }),
  };
}

testSink("fileSink", () => makeFile({}), { runner });
testSink("fileSink with fsync", () => makeFile({ fsync: "always" }), { runner });

testSink(
  "consoleSink",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "taffrail-console-"));
    const [pipe, out] = [join(folder, "pipe"), join(folder, "out")];
    execFileSync("sh", ["-c", 'mkfifo "$0"', pipe]);
    const reader = spawn("sh", ["-c", 'exec cat "$0" > "$1"', pipe, out], { stdio: "ignore" });
    const ended = new Promise((resolve) => reader.on("close", resolve));
    let descriptor: number | undefined = openSync(pipe, "w");
    const sink = consoleSink({ format: "json", descriptor });
    const hangUp = async (): Promise<void> => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
      await ended;
    };
    return {
      sink,
      async received() {
        await hangUp();
        return readLines(out);
      },
      async breakDestination() {
        reader.kill("SIGKILL");
        await ended;
      },
      async dispose() {
        await hangUp();
        rmSync(folder, { recursive: true });
      },
    };
  },
  { runner },
);

testSink(
  "httpSink",
  async () => {
    const receiver = await startReceiver();
    return {
      sink: httpSink({ url: receiver.url, timeoutMs: 2000 }),
      received: receiver.lines,
      breakDestination: receiver.stop,
      dispose: receiver.stop,
    };
  },
  { runner },
);

/** The line that an OTLP record was made of; the suite's records have these fields alone. */
function lineOf(item: ReturnType<typeof decodeLogsRequest> extends Iterable<infer Item> ? Item : never): string {
  if ("error" in item) throw item.error;
  const { severityText: level, service, body: msg, attributes, timeUnixNano } = item.record;
  const time = new Date(Number(BigInt(timeUnixNano) / 1_000_000n)).toISOString();
  return JSON.stringify({ time, level, service, msg, ...attributes });
}

testSink(
  "otlpSink",
  async () => {
    const receiver = await startReceiver();
    return {
      sink: otlpSink({ url: receiver.url, timeoutMs: 2000 }),
      received: async () => (await receiver.received()).flatMap(({ body }) => [...decodeLogsRequest(body)].map(lineOf)),
      breakDestination: receiver.stop,
      dispose: receiver.stop,
    };
  },
  { runner },
);

testSink(
  "syslogSink over TCP",
  async () => {
    const server = await listenStream();
    return {
      sink: syslogSink({ transport: "tcp", port: server.port, timeoutMs: 2000 }),
      async received() {
        await server.quiet();
        return server.messages.map((message) => message.slice(message.indexOf("{")));
      },
      breakDestination: server.stop,
      dispose: server.stop,
    };
  },
  { runner },
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
    "does not keep its batch": "keeps nothing by design",
    "writes its last words by blocking": "keeps nothing by design",
    "finishes a write under way before its last words": "keeps nothing by design",
    "finishes a write under way that nothing follows": "keeps nothing by design",
    "claims no last words that did not get out": "takes everything by design",
    "refuses after close without throwing": "takes everything by design",
    "answers failure with a result": "never fails by design",
  },
});

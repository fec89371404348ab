import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeLogsRequest } from "@taffrail/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { listenStream } from "./syslog/testdata/syslog-server.ts";
import { startReceiver } from "./testdata/receiver-thread.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs a program with the built package beside this file; gives the code it ended with. */
function run(args: readonly string[], env: Record<string, string>): Promise<number | null> {
  const child = spawn(process.execPath, [...args], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  return new Promise((resolve) => child.on("close", resolve));
}

/** Logs 1000 lines in one turn and ends the process in it. */
const programOf = (sink: string): string => `
  import { createLogger, httpSink, otlpSink, syslogSink } from "taffrail";
  const log = createLogger({ service: "shop", sinks: [${sink}] });
  for (let n = 0; n < 1000; n++) log.info("x", { n });
  process.exit(7);
`;
const inline = (sink: string): readonly string[] => ["--input-type=module", "-e", programOf(sink)];
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe("what is left when the process exits in its first turn", () => {
  it("is sent by the OTLP sink", async () => {
    const receiver = await startReceiver();
    cleanups.push(receiver.stop);
    expect(await run(inline("otlpSink({ url: process.env.URL, lastEffortMs: 20000 })"), { URL: receiver.url })).toBe(7);
    const items = (await receiver.received()).flatMap(({ body }) => [...decodeLogsRequest(body)]);
    expect(items.map((item) => "record" in item && item.record.attributes.n)).toEqual(upTo(1000));
  });

  it("is sent by the syslog sink", async () => {
    const server = await listenStream();
    cleanups.push(server.stop);
    const sink = 'syslogSink({ transport: "tcp", port: Number(process.env.PORT), lastEffortMs: 20000 })';
    expect(await run(inline(sink), { PORT: String(server.port) })).toBe(7);
    await server.quiet();
    expect(server.messages.map((text) => (JSON.parse(text.slice(text.indexOf("{"))) as { n: number }).n)).toEqual(
      upTo(1000),
    );
  });

  it("is sent when the program is one bundled file, far from the package", async () => {
    const receiver = await startReceiver();
    const folder = mkdtempSync(join(tmpdir(), "taffrail-bundle-"));
    cleanups.push(receiver.stop, () => rmSync(folder, { recursive: true }));
    const { build } = await import("vite");
    const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
    const entry = "\0program";
    await build({
      configFile: false,
      logLevel: "error",
      plugins: [
        {
          name: "program",
          resolveId: (id) => (id === "program" ? entry : id === "taffrail" ? built : undefined),
          load: (id) =>
            id === entry ? programOf("httpSink({ url: process.env.URL, lastEffortMs: 20000 })") : undefined,
        },
      ],
      ssr: { noExternal: true },
      build: {
        ssr: true,
        outDir: folder,
        minify: true,
        rolldownOptions: { input: "program", output: { entryFileNames: "bundle.mjs" } },
      },
    });
    expect(await run([join(folder, "bundle.mjs")], { URL: receiver.url })).toBe(7);
    const numbers = (await receiver.lines()).map((line) => (JSON.parse(line) as { n: number }).n);
    expect(numbers).toEqual(upTo(1000));
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, runServer, type ServerOptions } from "../main.ts";

/** A new directory for one test, and its end. */
export interface TestDir {
  readonly path: string;
  remove(): void;
}

export function makeTestDir(): TestDir {
  const path = mkdtempSync(join(tmpdir(), "taffrail-server-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a real server on a free port; quiet on standard error unless told otherwise. */
export async function startTestServer(data: string, options: ServerOptions = {}): Promise<RunningServer> {
  const flags = { listen: "127.0.0.1:0", data, logFormat: "json", logLevel: "fatal", ...options.flags };
  const server = await runServer({ env: {}, ...options, flags });
  await server.ready();
  return server;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request with exactly these headers: fetch would not let a test forge Host, Origin or Sec-Fetch-Site. */
export function send(
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string | Buffer } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: options.method ?? "GET", headers: options.headers ?? {}, agent: false });
    outgoing.on("error", reject);
    outgoing.on("response", async (response) => {
      let text = "";
      if (response.headers["content-type"]?.startsWith("text/event-stream")) response.destroy();
      else for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
    outgoing.end(options.body);
  });
}

/** Waits until the check holds; fails with its last error after some seconds. */
export async function eventually<Value>(check: () => Promise<Value>): Promise<Value> {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

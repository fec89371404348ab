import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface ServerOptions {
  /** Path of the `taffrail` command's JavaScript entry. */
  readonly command: string;
  readonly dataDir: string;
  /** Default: a free port of 127.0.0.1. */
  readonly listen?: string;
  readonly failpoints?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the Node executable, for example `strace -f`. */
  readonly wrapper?: readonly string[];
  readonly readyTimeoutMs?: number;
}

export interface ServerProcess {
  /** Address it answers at; undefined when it died before it was ready. */
  readonly url: string | undefined;
  readonly pid: number;
  readonly startMs: number;
  /** Settles with the code or the signal when the process is gone. */
  readonly exited: Promise<number | string>;
  /** What it said on stderr, the last 64 KiB. */
  stderr(): string;
  kill(signal?: NodeJS.Signals): void;
  /** SIGTERM, then wait; SIGKILL after 30 s. */
  stop(): Promise<number | string>;
}

function readyUrl(child: ChildProcess, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    const done = (url: string | undefined): void => {
      clearTimeout(timer);
      resolve(url);
    };
    child.once("exit", () => done(undefined));
    if (!child.stdout) return done(undefined);
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const said: unknown = JSON.parse(line);
      if (typeof said === "object" && said !== null && "url" in said && typeof said.url === "string") done(said.url);
    });
  });
}

/**
 * Starts the real server as its user would, `taffrail up --json`, and waits until it says that it is ready or is gone.
 *
 * @example const server = await startServer({ command: "apps/cli/bin/taffrail.mjs", dataDir, failpoints: "journal.fsync.after:kill@3" });
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const started = performance.now();
  const words = [
    process.execPath,
    options.command,
    "up",
    "--json",
    "--listen",
    options.listen ?? "127.0.0.1:0",
    "--data",
    options.dataDir,
  ];
  const [program = "", ...args] = [...(options.wrapper ?? []), ...words];
  const env = { ...process.env, ...options.env, TAFFRAIL_FAILPOINTS: options.failpoints ?? "" };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-65_536);
  });
  const exited = once(child, "exit").then(([code, signal]: unknown[]) =>
    typeof code === "number" ? code : String(signal),
  );
  const url = await readyUrl(child, options.readyTimeoutMs ?? 30_000);
  const kill = (signal: NodeJS.Signals = "SIGKILL"): void => {
    child.kill(signal);
  };
  return {
    url,
    pid: child.pid ?? 0,
    startMs: performance.now() - started,
    exited,
    stderr: () => stderr,
    kill,
    async stop(): Promise<number | string> {
      kill("SIGTERM");
      const timer = setTimeout(() => kill("SIGKILL"), 30_000);
      const result = await exited;
      clearTimeout(timer);
      return result;
    },
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/taffrail.mjs", import.meta.url));
const built = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly done: Promise<CliResult>;
  /** Resolves when standard output holds the text; rejects when the process ends before. */
  saw(text: string | RegExp): Promise<void>;
}

/** Runs the built tool as a user would, with an environment of its own. */
export interface CliBench {
  readonly dir: string;
  readonly url: string;
  start(args: readonly string[], options?: { env?: NodeJS.ProcessEnv; input?: string; command?: readonly string[]; cwd?: string }): RunningCli;
  run(args: readonly string[], options?: { env?: NodeJS.ProcessEnv; input?: string }): Promise<CliResult>;
  /** JSON lines of standard output. */
  json(args: readonly string[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

function watch(child: ChildProcess): RunningCli {
  const output = { stdout: "", stderr: "" };
  const looks = new Set<() => void>();
  child.stdout?.on("data", (chunk) => {
    output.stdout += String(chunk);
    for (const look of looks) look();
  });
  child.stderr?.on("data", (chunk) => {
    output.stderr += String(chunk);
  });
  const done = new Promise<CliResult>((resolve) => child.on("close", (code) => resolve({ code, ...output })));
  return {
    process: child,
    output,
    done,
    saw: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = typeof text === "string" ? output.stdout.includes(text) : text.test(output.stdout);
          if (!found) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
        void done.then(({ code, stderr }) => reject(new Error(`ended with ${code} before "${text}": ${stderr}`)));
      }),
  };
}

/** The environment without this shell's Taffrail settings, and with places of its own. */
function environment(dir: string, url: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TAFFRAIL_|NO_COLOR|FORCE_COLOR|npm_)/.test(name));
  return { ...Object.fromEntries(inherited), TERM: "xterm", XDG_STATE_HOME: join(dir, "state"), TAFFRAIL_URL: url };
}

/** Starts a server by `taffrail up` and gives the means to ask it. Needs `npx tsc -b apps/cli`. */
export async function startCliBench(): Promise<CliBench> {
  if (!existsSync(built)) throw new Error("the tool is not built: run `npx tsc -b apps/cli`");
  const dir = await mkdtemp(join(tmpdir(), "taffrail-cli-"));
  const running = new Set<RunningCli>();
  let url = "";
  const start: CliBench["start"] = (args, options = {}) => {
    const [command = process.execPath, ...before] = options.command ?? [process.execPath, bin];
    const env = { ...environment(dir, url), ...options.env };
    const cli = watch(spawn(command, [...before, ...args], { cwd: options.cwd ?? dir, env, stdio: ["pipe", "pipe", "pipe"] }));
    cli.process.stdin?.on("error", () => {});
    if (options.input !== undefined) cli.process.stdin?.end(options.input);
    running.add(cli);
    void cli.done.then(() => running.delete(cli));
    return cli;
  };
  const server = start(["up", "--listen", "127.0.0.1:0", "--data", join(dir, "data"), "--json"]);
  await server.saw("\n");
  url = (JSON.parse(server.output.stdout) as { url: string }).url;
  const run: CliBench["run"] = (args, options) => start(args, options).done;
  return {
    dir,
    url,
    start,
    run,
    async json(args) {
      const { code, stdout, stderr } = await run(args);
      if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
      return stdout
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async close() {
      for (const cli of running) if (cli !== server) cli.process.kill("SIGKILL");
      server.process.kill("SIGTERM");
      await server.done;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

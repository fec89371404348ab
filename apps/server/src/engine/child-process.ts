import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { entryPath } from "../entry-path.ts";
import type { EngineChildOptions, FromEngine, ToEngine } from "./engine-protocol.ts";

/** Threads for statements (one each) and the engine's file work; sessions never come near it. */
const threadPoolSize = 16;

/** Handlers of one life of the engine's process. `ended` is called exactly once, with the reason in plain words. */
export interface EngineProcessEvents {
  message(message: FromEngine): void;
  ended(reason: string): void;
}

export interface EngineProcess {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  /** SIGKILL. */
  end(): void;
}

export interface EngineProcessOptions {
  readonly child: EngineChildOptions;
  /** Takes what the native library prints when it crashes; overwritten at each start. */
  readonly crashLogPath: string;
  /** The engine writes the schemas that statements bring along into a folder here; without it, into the user's working directory. */
  readonly workingDirectory: string;
  /** Arming text of failpoints inside the process; empty in production. */
  readonly failpoints: string;
}

/** The engine gets no environment but this: it has no use for the server's, which may hold secrets. */
const environment = (failpoints: string): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "/",
  TZ: "UTC",
  UV_THREADPOOL_SIZE: String(threadPoolSize),
  TAFFRAIL_FAILPOINTS: failpoints,
});

function endedBecause(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `the engine was ended by ${signal}`;
  return `the engine ended with exit code ${String(code)}`;
}

/**
 * Starts one life of the engine's process.
 *
 * @example const life = forkEngine({ child, crashLogPath, failpoints: "" }, { message, ended });
 */
export function forkEngine(options: EngineProcessOptions, events: EngineProcessEvents): EngineProcess {
  const crashLog = openSync(options.crashLogPath, "w", 0o600);
  const child: ChildProcess = fork(entryPath(import.meta.url, "./engine-child.js"), [JSON.stringify(options.child)], {
    execArgv: [],
    cwd: options.workingDirectory,
    env: environment(options.failpoints),
    serialization: "advanced",
    stdio: ["ignore", "ignore", crashLog, "ipc"],
  });
  closeSync(crashLog);
  let over = false;
  const ended = (reason: string): void => {
    if (over) return;
    over = true;
    events.ended(reason);
  };
  child.on("message", (message) => events.message(message as FromEngine));
  child.on("exit", (code, signal) => ended(endedBecause(code, signal)));
  child.on("error", (error) => {
    if (child.pid === undefined) ended(`the engine's process cannot be started: ${error.message}`);
  });
  return {
    pid: child.pid,
    send(message): void {
      // A channel that just broke is reported by the exit that follows it.
      if (child.connected) child.send(message, () => {});
    },
    end(): void {
      child.kill("SIGKILL");
    },
  };
}

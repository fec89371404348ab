import { createClient } from "@taffrail/client";
import { systemClock, systemIds } from "@taffrail/contracts";
import { CommanderError } from "commander";
import type { Command, CommandContext, Typed } from "./command.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { createOutput, type Output } from "./output/output.ts";
import { createPaint, wantsColour } from "./output/paint.ts";
import { problemText } from "./output/problem.ts";
import { createProgram } from "./program.ts";
import { serverUrl, textOption } from "./typed.ts";
import { readVersion } from "./version.ts";

const quickExitCode = 130;
const finishSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One act of a person may signal twice, once to the process and once to its group (`timeout`, npm); only what comes later is impatience. */
const sameActMs = 300;

function finishOnSignal(host: NodeJS.Process): AbortSignal {
  const finish = new AbortController();
  let firstAtMs = 0;
  for (const name of finishSignals)
    host.on(name, () => {
      if (!finish.signal.aborted) firstAtMs = systemClock.monotonic();
      else if (systemClock.monotonic() - firstAtMs > sameActMs) host.exit(quickExitCode);
      finish.abort(new Error(`received ${name}`));
    });
  if (startedByNpm(host.env)) onParentGone(host, () => finish.abort(new Error("npm is gone")));
  return finish.signal;
}

const startedByNpm = (env: NodeJS.ProcessEnv): boolean => (env.npm_command ?? "") !== "";
const parentLookMs = 200;

/**
 * npm and npx start a command through a shell. A signal sent to npm ends that shell and never reaches the command, which would run on with nobody to end
 * it; that its parent is gone is the only thing it can notice. A command started by hand may well outlive its shell.
 */
function onParentGone(host: NodeJS.Process, act: () => void): void {
  const parent = host.ppid;
  const timer = setInterval(() => {
    if (host.ppid === parent) return;
    clearInterval(timer);
    act();
  }, parentLookMs);
  timer.unref();
}

function contextOf(host: NodeJS.Process, out: Output, err: Output, typed: Typed, command: Command): CommandContext {
  return {
    out,
    err,
    stdin: host.stdin,
    env: host.env,
    clock: systemClock,
    ids: systemIds,
    version: readVersion(),
    json: typed.options.json === true,
    server: command.asksServer ? serverUrl(textOption(typed, "server") ?? "") : "",
    paint: createPaint(wantsColour({ isTerminal: out.isTerminal, env: host.env })),
    clientFor: (baseUrl) => createClient({ baseUrl }),
    finishOnSignal: () => finishOnSignal(host),
  };
}

/** Help and version come as errors with exit code 0; without a command, the help is wrong usage. */
const isHelp = (error: unknown): error is CommanderError =>
  error instanceof CommanderError && (error.exitCode === 0 || error.code === "commander.help");

/**
 * Runs the tool in a process: parses its arguments, carries out the command, prints what went wrong. Resolves to the exit code and never rejects.
 *
 * @example process.exitCode = await runCli(process);
 */
export async function runCli(host: NodeJS.Process): Promise<ExitCode> {
  const argv = host.argv.slice(2);
  const out = createOutput(host.stdout);
  const err = createOutput(host.stderr);
  let query: string | undefined;
  const program = createProgram({
    version: readVersion(),
    helpColumns: out.columns,
    write: (text) => void host.stdout.write(text),
    execute: (command, typed) => {
      query = typed.operands[0];
      return command.execute(typed, contextOf(host, out, err, typed, command));
    },
  });
  if (argv.length === 0) {
    await err.write(program.help());
    return exitCodes.cannotRun;
  }
  try {
    return await program.run(argv);
  } catch (error) {
    if (isHelp(error)) return error.exitCode === 0 ? exitCodes.ok : exitCodes.cannotRun;
    if (out.closed.aborted) return exitCodes.ok;
    const paint = createPaint(wantsColour({ isTerminal: err.isTerminal, env: host.env }));
    await err.write(
      problemText(error, { json: argv.includes("--json"), paint, ...(query === undefined ? {} : { query }) }),
    );
    return exitCodes.cannotRun;
  }
}

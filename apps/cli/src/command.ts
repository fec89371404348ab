import type { Client } from "@taffrail/client";
import type { Clock, IdSource } from "@taffrail/contracts";
import type { Argument, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { Output } from "./output/output.ts";
import type { Paint } from "./output/paint.ts";

/** What the user typed, taken apart but not judged. */
export interface Typed {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a command may touch. */
export interface CommandContext {
  readonly out: Output;
  readonly err: Output;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly version: string;
  readonly json: boolean;
  /** Base URL of the server, checked. */
  readonly server: string;
  /** Colours for standard output. */
  readonly paint: Paint;
  clientFor(url: string): Client;
  /**
   * Takes over SIGINT, SIGTERM and SIGHUP: the first aborts the signal, so that the command can finish its work; the second ends the process. A
   * command that does not call it is simply ended.
   */
  finishOnSignal(): AbortSignal;
}

/** An example of the help: the command line after `taffrail `, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** A command with its plan worked out: all that the program needs to know. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** More than the summary, for the command's own help. */
  readonly description?: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly examples: readonly Example[];
  /** Whether it asks a server, so that `--server` has a meaning. */
  readonly asksServer: boolean;
  execute(typed: Typed, context: CommandContext): Promise<ExitCode>;
}

/** A command in two halves: `plan` is pure and judges what was typed (throws `usage`), `run` does it. */
export interface CommandParts<Plan> extends Omit<Command, "execute"> {
  plan(typed: Typed): Plan;
  run(plan: Plan, context: CommandContext): Promise<ExitCode>;
}

/** Puts the halves together. */
export function defineCommand<Plan>(parts: CommandParts<Plan>): Command {
  return { ...parts, execute: async (typed, context) => parts.run(parts.plan(typed), context) };
}

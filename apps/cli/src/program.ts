import { TaffrailError } from "@taffrail/contracts";
import { Command as Commander, Option } from "commander";
import type { Command, Example, Typed } from "./command.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { searchCommand } from "./commands/search.ts";
import { shipCommand } from "./commands/ship.ts";
import { statusCommand } from "./commands/status.ts";
import { tailCommand } from "./commands/tail.ts";
import { upCommand } from "./commands/up.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  upCommand,
  statusCommand,
  searchCommand,
  tailCommand,
  shipCommand,
  doctorCommand,
];

/** How the program speaks and acts; help is written by `write`, what was typed is carried out by `execute`. */
export interface ProgramPorts {
  readonly version: string;
  readonly helpColumns: number;
  write(text: string): void;
  execute(command: Command, typed: Typed): Promise<ExitCode>;
}

export interface Program {
  /** Parses and executes. Rejects with a CommanderError for wrong usage and with what the command threw. */
  run(argv: readonly string[]): Promise<ExitCode>;
  /** The help text of a command, or of the program. */
  help(name?: string): string;
}

const programExamples: readonly Example[] = [
  { line: "up", does: "start a server with its page on http://127.0.0.1:4318" },
  { line: "search 'level:>=warn' --since 1h", does: "what went wrong in the last hour" },
  { line: "ship '/var/log/nginx/*.log'", does: "follow files into the server" },
];

const examplesText = (examples: readonly Example[]): string =>
  `\nExamples:\n${examples.map(({ line, does }) => `  $ taffrail ${line}\n      ${does}`).join("\n")}\n`;

const serverOption = (): Option =>
  new Option("--server <url>", "the server to ask").env("TAFFRAIL_URL").default("http://127.0.0.1:4318");
const jsonOption = (): Option => new Option("--json", "answers and errors as JSON, one object a line");

function createCommander(command: Command, ports: ProgramPorts, settle: (code: ExitCode) => void): Commander {
  const commander = new Commander(command.name)
    .summary(command.summary)
    .description(command.description ?? command.summary)
    .allowExcessArguments();
  for (const argument of command.arguments) commander.addArgument(argument);
  for (const option of command.options) commander.addOption(option);
  if (command.asksServer) commander.addOption(serverOption());
  commander.addOption(jsonOption()).addHelpText("after", examplesText(command.examples));
  commander.action(async () => {
    settle(await ports.execute(command, { operands: commander.args, options: mergedOptions(commander, command) }));
  });
  return commander;
}

/** Options before the command's name count too; those after it win. */
function mergedOptions(commander: Commander, command: Command): Readonly<Record<string, unknown>> {
  const before = commander.parent?.opts() ?? {};
  if (before.server !== undefined && !command.asksServer)
    throw new TaffrailError("usage", { reason: `${command.name} asks no server; --server has no meaning here` });
  const after = Object.entries(commander.opts()).filter(
    ([name]) => !(name in before) || commander.getOptionValueSource(name) === "cli",
  );
  return { ...before, ...Object.fromEntries(after) };
}

/** Output settings do not pass from a program to commands that were made apart from it. */
function speakThrough(commander: Commander, ports: ProgramPorts): Commander {
  return commander.exitOverride().configureOutput({
    writeOut: (text) => ports.write(text),
    writeErr: () => {},
    getOutHelpWidth: () => ports.helpColumns,
  });
}

/**
 * Makes the command-line program.
 *
 * @example const code = await createProgram(ports).run(["status", "--json"]);
 */
export function createProgram(ports: ProgramPorts): Program {
  let code: ExitCode = exitCodes.ok;
  const root = speakThrough(new Commander("taffrail"), ports)
    .description("Production logging for Node.js: run the server, ask it, feed it.")
    .version(ports.version, "-V, --version", "print the version")
    .enablePositionalOptions()
    .addOption(new Option("--server <url>", "the server to ask").hideHelp())
    .addOption(jsonOption().hideHelp())
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", examplesText(programExamples));
  const settle = (result: ExitCode): void => {
    code = result;
  };
  for (const command of commands) root.addCommand(speakThrough(createCommander(command, ports, settle), ports));
  return {
    async run(argv) {
      await root.parseAsync([...argv], { from: "user" });
      return code;
    },
    help(name) {
      const commander = root.commands.find((candidate) => candidate.name() === name) ?? root;
      let text = "";
      const output = commander.configureOutput();
      commander.configureOutput({
        writeOut: (part) => {
          text += part;
        },
      });
      commander.outputHelp();
      commander.configureOutput(output);
      return text;
    },
  };
}

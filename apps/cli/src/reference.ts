import { exitCodes } from "./exit-code.ts";
import { commands, createProgram } from "./program.ts";
import { readVersion } from "./version.ts";

/** Columns of the help in the reference, whatever terminal it is made on. */
const referenceColumns = 100;

/**
 * The reference of every command as Markdown, made from the same definitions as the help.
 *
 * @example writeFileSync("docs/reference/cli.md", commandReference());
 */
export function commandReference(): string {
  const program = createProgram({
    version: readVersion(),
    helpColumns: referenceColumns,
    write: () => {},
    execute: async () => exitCodes.ok,
  });
  const block = (text: string): string => `\`\`\`text\n${text.trim()}\n\`\`\``;
  const sections = commands.map(({ name }) => `## taffrail ${name}\n\n${block(program.help(name))}`);
  const opening = [
    "# The command line",
    "Every command has `--json` and `--help`. Answers go to standard output; errors and notes go to standard error, with `--json` as one JSON object a line. Colours appear on a terminal only, and not when `NO_COLOR` is set.",
    "Exit codes: 0 when it did its work, 1 when the answer is no (not ready, a check failed, a record was rejected), 2 when it was used wrongly or could not run.",
    block(program.help()),
  ];
  return `${[...opening, ...sections].join("\n\n")}\n`;
}

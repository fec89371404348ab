import type { CommandContext } from "../command.ts";
import { printable } from "./printable.ts";

/** Something to know that is neither answer nor error; it goes to standard error, so that a pipe gets answers only. */
export interface ToolNotice {
  readonly code: string;
  readonly message: string;
}

/** Writes a notice: `note: message`, or a JSON line with `--json`. */
export async function writeNotice(context: Pick<CommandContext, "err" | "json">, notice: ToolNotice): Promise<void> {
  const { code, message } = notice;
  await context.err.write(
    context.json ? `${JSON.stringify({ notice: { code, message } })}\n` : `note: ${printable(message)}\n`,
  );
}

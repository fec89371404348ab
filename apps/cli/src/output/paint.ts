import type { Level } from "@taffrail/contracts";

/** Colours for text; each function returns its text painted, or as it is where colours are not wanted. */
export interface Paint {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly level: (level: Level, text: string) => string;
}

const same = (text: string): string => text;
const code =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

const levelCodes: Readonly<Record<Level, number>> = { trace: 90, debug: 36, info: 32, warn: 33, error: 31, fatal: 35 };

/**
 * Colours are wanted on a terminal that can show them, unless the user set NO_COLOR to anything.
 *
 * @example wantsColour({ isTerminal: true, env: { NO_COLOR: "1" } }) // false
 */
export function wantsColour(options: { readonly isTerminal: boolean; readonly env: NodeJS.ProcessEnv }): boolean {
  const { isTerminal, env } = options;
  return isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
}

/** Makes the colours, or the absence of them. */
export function createPaint(colour: boolean): Paint {
  if (!colour) return { red: same, green: same, dim: same, bold: same, level: (_, text) => text };
  return {
    red: code(31, 39),
    green: code(32, 39),
    dim: code(2, 22),
    bold: code(1, 22),
    level: (level, text) => code(levelCodes[level], 39)(text),
  };
}

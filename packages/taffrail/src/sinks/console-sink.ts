import { fstatSync } from "node:fs";
import { isatty } from "node:tty";
import type { Sink } from "@taffrail/contracts";
import { checkOptions, isInteger, isOneOf } from "../options/check-options.ts";
import { createLineOutput } from "./line-output.ts";
import { sinkManifest } from "./manifest.ts";
import { prettyLine } from "./pretty.ts";
import { renderLines, renderWith } from "./rendering.ts";
import { createStreamWriter } from "./stream-writer.ts";

export interface ConsoleSinkOptions {
  /** `auto` (default): pretty on a terminal, JSON otherwise. */
  readonly format?: "auto" | "pretty" | "json";
  /** 1 (standard output, default), 2 (standard error), or another open descriptor, which the sink does not close. */
  readonly descriptor?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Decides about colours: `NO_COLOR` (any value but empty) turns them off, `FORCE_COLOR` (any value but empty, `0` and `false`) turns them on,
 * otherwise a terminal has them unless it is `dumb`.
 *
 * @example wantsColours({ NO_COLOR: "1" }, true) // false
 */
export function wantsColours(env: Environment, terminal: boolean): boolean {
  const force = env.FORCE_COLOR;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return terminal && env.TERM !== "dumb";
}

/** A pipe or socket must be non-blocking, or a slow reader stops the process; Node.js arranges that when it opens its stream for it. */
function makeNonBlocking(descriptor: number): void {
  try {
    const stats = fstatSync(descriptor);
    if (descriptor > 2 || (!stats.isFIFO() && !stats.isSocket())) return;
    const stream = descriptor === 2 ? process.stderr : process.stdout;
    // Touching the getter is what opens it; a stream without listeners and writes does not keep the process alive.
    stream.on("error", ignore).removeListener("error", ignore);
  } catch {
    // A closed descriptor: the first write will say so.
  }
}

function ignore(): void {}

/**
 * Makes a sink for standard output or standard error: pretty lines on a terminal, JSON lines otherwise. It never blocks on a slow reader of a pipe.
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ sinks: [consoleSink({ format: "json" })] });
 */
export function consoleSink(options: ConsoleSinkOptions = {}): Sink {
  checkOptions("consoleSink", options, {
    format: isOneOf(["auto", "pretty", "json"]),
    descriptor: isInteger(1, 65_535),
  });
  const descriptor = options.descriptor ?? 1;
  const terminal = isatty(descriptor);
  const pretty = options.format === "pretty" || (options.format !== "json" && terminal);
  const colours = wantsColours(process.env, terminal);
  makeNonBlocking(descriptor);
  const writer = createStreamWriter(descriptor);
  const render = pretty ? renderWith(({ line }) => prettyLine(line, colours)) : renderLines;
  const output = createLineOutput({ writer: () => writer, render });
  let closed = false;

  return {
    manifest: sinkManifest("console"),
    async write(batch, signal) {
      return closed ? { outcome: "drop", reason: "the sink is closed" } : output.write(batch, signal);
    },
    writeSync: (batch, unfinished) => output.writeSync(batch, unfinished),
    async close() {
      closed = true;
    },
  };
}

import { fstatSync } from "node:fs";
import type { Formatter, PluginContext, Sink } from "@taffrail/contracts";
import { wantsColours } from "../formats/colours.ts";
import { logfmtFormat } from "../formats/logfmt-format.ts";
import { prettyFormat } from "../formats/pretty-format.ts";
import { checkOptions, isInteger } from "../options/check-options.ts";
import { checkFormatter, isFormat, safely } from "./format-option.ts";
import { createLineOutput } from "./line-output.ts";
import { sinkManifest } from "./manifest.ts";
import { renderLines, renderWith } from "./rendering.ts";
import { createStreamWriter } from "./stream-writer.ts";

export interface ConsoleSinkOptions {
  /** `auto` (default): pretty on a terminal, JSON otherwise; or a form by name, or a formatter of your own. */
  readonly format?: "auto" | "pretty" | "json" | "logfmt" | Formatter | undefined;
  /** 1 (standard output, default), 2 (standard error), or another open descriptor, which the sink does not close. */
  readonly descriptor?: number | undefined;
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

/** The formatter that is wanted; undefined when lines go out as they are. */
function formatterOf(format: NonNullable<ConsoleSinkOptions["format"]>, descriptor: number): Formatter | undefined {
  if (typeof format === "object") return format;
  const terminal = process.getBuiltinModule("node:tty").isatty(descriptor);
  if (format === "logfmt") return logfmtFormat();
  if (format === "pretty" || (format === "auto" && terminal)) {
    return prettyFormat({ colours: wantsColours(process.env, terminal) });
  }
  return undefined;
}

/**
 * Makes a sink for standard output or standard error: pretty lines on a terminal, JSON lines otherwise. It never blocks on a slow reader of a
 * pipe. A record that a formatter fails on is written as its JSON line. Throws `option_unknown`, `option_invalid` and `plugin_version`.
 *
 * @example createLogger({ sinks: [consoleSink({ format: "json" })] });
 */
export function consoleSink(options: ConsoleSinkOptions = {}): Sink {
  const names = ["auto", "pretty", "json", "logfmt"];
  checkOptions("consoleSink", options, { format: isFormat(names), descriptor: isInteger(1, 65_535) });
  const { descriptor = 1, format = "auto" } = options;
  checkFormatter(format);
  let problem: PluginContext["problem"] = () => {};
  const formatter = formatterOf(format, descriptor);
  makeNonBlocking(descriptor);
  const writer = createStreamWriter(descriptor);
  const render =
    formatter === undefined ? renderLines : renderWith(safely("consoleSink", formatter, (text) => problem(text)));
  const output = createLineOutput({ writer: () => writer, render });
  let closed = false;

  return {
    manifest: sinkManifest("console", ["sync-drain"]),
    start(context) {
      problem = context.problem;
      return formatter?.start?.(context);
    },
    async write(batch, signal) {
      return closed ? { outcome: "drop", reason: "the sink is closed" } : output.write(batch, signal);
    },
    writeSync: (batch, unfinished) => output.writeSync(batch, unfinished),
    async close(signal) {
      if (!closed) await formatter?.close?.(signal);
      closed = true;
    },
  };
}

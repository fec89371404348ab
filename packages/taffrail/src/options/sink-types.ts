import { type Sink, TaffrailError } from "@taffrail/contracts";
import { consoleSink } from "../sinks/console-sink.ts";
import { fileSink } from "../sinks/file-sink.ts";
import { httpSink } from "../sinks/http-sink.ts";
import { nullSink } from "../sinks/null-sink.ts";
import { otlpSink } from "../sinks/otlp-sink.ts";
import { syslogSink } from "../sinks/syslog-sink.ts";

type SinkFactory = (options: never) => Sink;

/** The sinks that a config file, a variable or a preset can name. Their factories check the options. */
export const sinkTypes: Readonly<Record<string, SinkFactory>> = {
  console: consoleSink,
  file: fileSink,
  http: httpSink,
  null: nullSink,
  otlp: otlpSink,
  syslog: syslogSink,
};

/**
 * Makes a sink by type. Errors of its factory come back under the place where the options stand.
 *
 * @example makeSink("file", { path: "app.log" }, { where: "taffrail.config.json", key: "sinks[0]" })
 */
export function makeSink(
  type: string,
  options: Readonly<Record<string, unknown>>,
  place: { readonly where: string; readonly key: string },
): Sink {
  const factory = sinkTypes[type] as ((options: Readonly<Record<string, unknown>>) => Sink) | undefined;
  try {
    if (factory === undefined) throw new TypeError(`there is no sink ${type}`);
    return factory(options);
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
    const key = `${place.key}.${error.details.key ?? "type"}`;
    throw new TaffrailError(error.code, { ...error.details, where: place.where, key }, error);
  }
}

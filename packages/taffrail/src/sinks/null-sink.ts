import type { Sink } from "@taffrail/contracts";
import { sinkManifest } from "./manifest.ts";

/**
 * A sink that takes everything and keeps nothing: for benchmarks and for tests that want silence.
 *
 * @example createLogger({ sinks: [nullSink()] });
 */
export function nullSink(): Sink {
  return {
    manifest: sinkManifest("null"),
    write: async () => ({ outcome: "ok" }),
    writeSync: (batch, unfinished) => batch.size + (unfinished?.size ?? 0),
    close: async () => {},
  };
}

import type { OptionDefinition } from "./nested-definitions.ts";
import type { SinkEntry } from "./option-types.ts";
import { entryChecks } from "./sink-entries.ts";

const texts: Readonly<Record<keyof SinkEntry, readonly [type: string, description: string]>> = {
  sink: ["Sink", "The sink. In a config file its `type` and its options stand here instead."],
  name: ["string", "Its name in the ledger, in metrics and at run time; else the one of its manifest."],
  level: ["Level", "Records below it are filtered for this sink; changes at run time."],
  match: ["{ [field]: value | value[] }", "Records whose fields have other values are filtered for this sink."],
  when: ["(record) => boolean", "Records for which it does not answer true are filtered; not in a config file."],
  fallback: ["Sink", "Takes the batches that this sink gives up."],
  durable: ["boolean", "True: its records wait on disk. False: they wait in memory, also in durable mode."],
  bufferBytes: ["number", "As for the logger."],
  overflow: ["string | object", "As for the logger."],
  retryForMs: [
    "number",
    "As for the logger; for a durable sink without end: its records wait on disk until they are too old.",
  ],
  writeTimeoutMs: ["number", "As for the logger."],
  breaker: ["object | false", "As for the logger."],
};

/** Every option of one entry of `sinks`. */
export const entryDefinitions: readonly OptionDefinition[] = Object.entries(texts).map(
  ([key, [type, description]]) => ({
    key,
    type,
    description,
    default: "",
    check: entryChecks[key as keyof SinkEntry],
  }),
);

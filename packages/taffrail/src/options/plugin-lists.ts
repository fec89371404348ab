import { type Plugin, TaffrailError } from "@taffrail/contracts";
import { checkPlugin, type PluginPolicy } from "../plugins/check-plugin.ts";
import type { Layer } from "./layers.ts";
import type { LoggerOptions, SinkEntry } from "./option-types.ts";

/** Names of what comes with this package: allowed always, so that `allowPlugins: []` means "nothing from elsewhere". */
const builtInPlugins: readonly string[] = [
  "console",
  "file",
  "http",
  "otlp",
  "syslog",
  "memory",
  "null",
  "sampling",
  "rate-limit",
  "dedupe",
];

/** The redaction that `redact` rules. A list that names it is a misunderstanding which would look like safety, or take safety away. */
const redaction = "redact";
const kinds = ["filter", "enricher", "redactor", "processor"] as const;

/**
 * The policy of `allowPlugins` and `denyPlugins`. Throws `option_invalid` when built-in redaction is to be denied: only `redact: false` takes it away.
 *
 * @example policyOf(layers, { denyPlugins: ["geo"] }).deny // ["geo"]
 */
export function policyOf(
  layers: readonly Layer[],
  { allowPlugins, denyPlugins = [] }: Pick<LoggerOptions, "allowPlugins" | "denyPlugins">,
): PluginPolicy {
  if (denyPlugins.includes(redaction)) {
    const layer = layers.find(({ values }) => values.denyPlugins !== undefined);
    const reason = "built-in redaction is not taken away by a list; `redact: false` does that";
    const key = layer?.nameOf("denyPlugins") ?? "denyPlugins";
    throw new TaffrailError("option_invalid", { where: layer?.where ?? "createLogger", key, reason });
  }
  return { allow: allowPlugins && [...builtInPlugins, ...allowPlugins], deny: denyPlugins };
}

/**
 * Refuses plugins and sinks that cannot or may not be used. Leaving one out in silence would be worse: a program that relies on a redactor would
 * leak. Throws `plugin_invalid`, `plugin_version` and `plugin_denied`.
 *
 * @example checkPlugins(options.plugins, entries, { deny: ["geo"] });
 */
export function checkPlugins(plugins: readonly Plugin[], entries: readonly SinkEntry[], policy: PluginPolicy): void {
  for (const [index, plugin] of plugins.entries()) checkPlugin(plugin, { where: `plugins[${index}]`, kinds, policy });
  for (const [index, { sink, fallback }] of entries.entries()) {
    const where = `sinks[${index}]`;
    checkPlugin(sink, { where, kinds: ["sink"], policy });
    if (fallback !== undefined) checkPlugin(fallback, { where: `${where}.fallback`, kinds: ["sink"], policy });
  }
}

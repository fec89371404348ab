import { type Plugin, TaffrailError } from "@taffrail/contracts";

/** Names of what comes with this package. They need no permission; all but redaction can be denied. */
export const builtInPlugins: readonly string[] = [
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
  "redact",
];

/** The redaction that `redact` configures. No list can take it away by accident. */
const redaction = "redact";

export interface PluginLists {
  readonly allow: readonly string[] | undefined;
  readonly deny: readonly string[];
}

/**
 * Refuses plugins that a list forbids, by name. Leaving one out in silence would be worse: a program that relies on a redactor would leak.
 * Throws `plugin_refused`.
 *
 * @example checkPluginLists([mySink()], { allow: ["my-sink"], deny: [] });
 */
export function checkPluginLists(plugins: readonly Plugin[], { allow, deny }: PluginLists): void {
  if (deny.includes(redaction)) {
    const reason = "built-in redaction is not taken away by a list; `redact: false` does it";
    throw new TaffrailError("plugin_refused", { name: redaction, reason, option: "denyPlugins" });
  }
  for (const { name } of plugins.map(({ manifest }) => manifest)) {
    if (deny.includes(name)) {
      throw new TaffrailError("plugin_refused", { name, reason: "denyPlugins names it", option: "denyPlugins" });
    }
    if (allow !== undefined && !allow.includes(name) && !builtInPlugins.includes(name)) {
      throw new TaffrailError("plugin_refused", {
        name,
        reason: "allowPlugins does not name it",
        option: "allowPlugins",
      });
    }
  }
}

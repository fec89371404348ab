import { type PluginCapability, type PluginManifest, pluginApiVersion } from "@taffrail/contracts";

/** The manifest of a built-in sink. */
export function sinkManifest(name: string, capabilities: readonly PluginCapability[] = []): PluginManifest {
  return { name, kind: "sink", apiVersion: pluginApiVersion, capabilities };
}

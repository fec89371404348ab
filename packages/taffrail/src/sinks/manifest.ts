import { type PluginManifest, pluginApiVersion } from "@taffrail/contracts";

/** The manifest of a built-in sink. */
export function sinkManifest(name: string): PluginManifest {
  return { name, kind: "sink", apiVersion: pluginApiVersion };
}

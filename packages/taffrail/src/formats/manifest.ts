import { type PluginManifest, pluginApiVersion } from "@taffrail/contracts";

/** The manifest of a built-in formatter. */
export function formatManifest(name: string): PluginManifest {
  return { name, kind: "formatter", apiVersion: pluginApiVersion };
}

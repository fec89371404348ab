import { type Plugin, type PluginKind, pluginApiVersion, pluginKinds, TaffrailError } from "@taffrail/contracts";

/** Names of plugins that may or may not be used. They speak of plugins from elsewhere only, never of what the logger brings itself. */
export interface PluginPolicy {
  /** Without it all are allowed. */
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

/** Members that a plugin of a kind must have: one of each list. */
const required: Readonly<Record<PluginKind, readonly (readonly string[])[]>> = {
  sink: [["write"], ["close"]],
  filter: [["keep"]],
  enricher: [["enrich", "constants"]],
  redactor: [["place", "text"]],
  processor: [["process"]],
  formatter: [["format"]],
};

/** Members that are functions wherever they stand. */
const functions = ["write", "writeSync", "keep", "enrich", "place", "text", "process", "format"] as const;
const lifecycle = ["start", "flush", "health", "close"] as const;
const namePattern = /^[a-z][a-z0-9-]*$/;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function article(kind: PluginKind): string {
  return kind === "enricher" ? "an enricher" : `a ${kind}`;
}

function invalid(name: string, reason: string): TaffrailError {
  return new TaffrailError("plugin_invalid", { name, reason });
}

/** What the other checks need of a manifest. */
type Identity = Pick<Plugin["manifest"], "name" | "kind">;

function checkManifest(manifest: unknown, where: string): Identity {
  if (!isObject(manifest)) throw invalid(where, "it has no manifest");
  const { name, kind, apiVersion, failMode } = manifest;
  if (typeof name !== "string" || !namePattern.test(name)) {
    throw invalid(where, "its manifest.name must be lower-case letters, digits and hyphens");
  }
  const known = pluginKinds.find((each) => each === kind);
  if (known === undefined) {
    throw invalid(name, `its manifest.kind must be one of ${pluginKinds.join(", ")}`);
  }
  if (apiVersion !== pluginApiVersion) {
    throw new TaffrailError("plugin_version", { name, found: String(apiVersion), known: pluginApiVersion });
  }
  if (failMode !== undefined && failMode !== "open" && failMode !== "closed") {
    throw invalid(name, "its manifest.failMode must be open or closed");
  }
  return { name, kind: known };
}

function checkMembers(plugin: Readonly<Record<string, unknown>>, { name, kind }: Identity): void {
  for (const choice of required[kind]) {
    if (choice.every((member) => plugin[member] === undefined)) {
      throw invalid(name, `${article(kind)} needs ${choice.join(" or ")}`);
    }
  }
  for (const member of [...functions, ...lifecycle]) {
    if (plugin[member] !== undefined && typeof plugin[member] !== "function") {
      throw invalid(name, `${member} must be a function`);
    }
  }
  if (plugin.constants !== undefined && !isObject(plugin.constants)) throw invalid(name, "constants must be an object");
}

function checkPolicy(name: string, { allow, deny }: PluginPolicy): void {
  if (deny?.includes(name)) throw new TaffrailError("plugin_denied", { name, reason: "denyPlugins names it" });
  if (allow !== undefined && !allow.includes(name)) {
    throw new TaffrailError("plugin_denied", { name, reason: "allowPlugins does not name it" });
  }
}

/** What a plugin is checked against. */
export interface PluginCheck {
  /** What to call it while its name is not known, for example `plugins[2]`. */
  readonly where: string;
  /** Kinds that may stand at this place. */
  readonly kinds: readonly PluginKind[];
  readonly policy?: PluginPolicy;
}

/**
 * Refuses what is not a plugin that can be used here: no manifest, another version of the contract, a kind that does not belong here, a required
 * member missing, denied or not allowed. Nothing of the plugin is run, unless it hides behind getters.
 * Throws `plugin_invalid`, `plugin_version` and `plugin_denied`.
 *
 * @example checkPlugin(plugin, { where: "plugins[0]", kinds: ["filter", "enricher"] });
 */
export function checkPlugin(plugin: unknown, { where, kinds, policy = {} }: PluginCheck): asserts plugin is Plugin {
  if (!isObject(plugin)) throw invalid(where, "it must be an object with a manifest");
  const identity = checkManifest(plugin.manifest, where);
  if (!kinds.includes(identity.kind)) {
    throw invalid(identity.name, `${article(identity.kind)} cannot stand in ${where}; expected: ${kinds.join(", ")}`);
  }
  checkMembers(plugin, identity);
  checkPolicy(identity.name, policy);
}

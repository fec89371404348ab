import type { Clock } from "../clock.ts";
import type { Level } from "../level.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** Version of the plugin contract in this folder. A plugin that names another is refused when it is loaded. */
export const pluginApiVersion = 1;

/** The kinds of plugin that exist. Each has its contract in this folder and a conformance suite in the testkit. */
export const pluginKinds = ["sink", "filter", "enricher", "redactor", "processor", "formatter"] as const;
export type PluginKind = (typeof pluginKinds)[number];

/** What a plugin needs or can, for pages, checks and policies to read. */
export type PluginCapability = "network" | "filesystem" | "threads" | "sync-drain" | "durable-flush";

/** What becomes of a record when the plugin fails on it: it goes on without the plugin's work, or it is dropped and counted. */
export type FailMode = "open" | "closed";

/** A plugin's description of itself: data, so that a page, a check and a loader can read it without running it. */
export interface PluginManifest<Kind extends PluginKind = PluginKind> {
  readonly name: string;
  readonly kind: Kind;
  readonly apiVersion: number;
  /** Version of the plugin itself. */
  readonly version?: string;
  readonly description?: string;
  /** Schema of the options that its factory takes, in the Standard Schema form that zod, valibot and arktype speak. */
  readonly options?: StandardSchema;
  readonly capabilities?: readonly PluginCapability[];
  /** Default `open`. A redactor always fails closed: the value is masked. A sink has no fail mode: it retries, then drops and counts. */
  readonly failMode?: FailMode;
}

/** What a plugin is given when it starts. */
export interface PluginContext {
  readonly clock: Clock;
  /** Tells a problem of the plugin's own, in one sentence; told seldom, never through the log itself. */
  readonly problem: (message: string) => void;
  /** Logs a record of the plugin's own (a summary of what it held back). It passes no filter and no sampling, so it cannot loop. */
  readonly emit: (level: Level, message: string, fields?: object) => void;
}

export type Health = { readonly status: "healthy" | "degraded" | "unhealthy"; readonly detail?: string };

/**
 * What all kinds share. Every member but `manifest` is optional for most kinds; the logger calls `start` once before the first use, and `close`
 * when it closes, each with a deadline, and survives a throw from any of them. A plugin whose start fails is left out; the start of a sink is called
 * again before the next attempt to write, until it succeeds.
 */
export interface Plugin<Kind extends PluginKind = PluginKind> {
  readonly manifest: PluginManifest<Kind>;
  start?(context: PluginContext): void | Promise<void>;
  flush?(signal: AbortSignal): Promise<void>;
  health?(): Health;
  close?(signal: AbortSignal): Promise<void>;
}

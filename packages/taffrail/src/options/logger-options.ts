import { homedir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "@taffrail/contracts";
import { defaultLimits } from "../encode/limits.ts";
import { type ProblemHandler, writeProblem } from "../pipeline/reporter.ts";
import type { DurableOptions } from "../spool/spool-options.ts";
import type { FingersCrossedOptions } from "../valves/fingers-crossed.ts";
import { readConfigFile } from "./config-file.ts";
import { checkFeatures } from "./feature-checks.ts";
import {
  checkLayer,
  type Environment,
  environmentLayer,
  type Layer,
  mergeLayers,
  misspelt,
  optionLayer,
} from "./layers.ts";
import type { LoggerDurableOptions, LoggerOptions, PresetName, ResolvedOptions, SinkEntry } from "./option-types.ts";
import { checkPlugins, policyOf } from "./plugin-lists.ts";
import { presets } from "./presets.ts";
import { objectOf, runtimeSettings } from "./runtime-settings.ts";
import { closeAll, fullBreaker, readEntries, toRoutes } from "./sink-entries.ts";
import { makeSink } from "./sink-types.ts";

export type { LoggerOptions, ResolvedOptions } from "./option-types.ts";

type Values = Omit<LoggerOptions, "sinks">;

function presetLayer(name: PresetName): Layer {
  return { kind: "preset", where: `preset ${name}`, values: presets[name].options, nameOf: (key) => key };
}

/** All sources of the options of one logger, checked, the nearest first. Throws what `resolveOptions` throws. */
export function readLayers(options: LoggerOptions, env: Environment): readonly Layer[] {
  const layers = [optionLayer(options), environmentLayer(env)];
  for (const layer of layers) checkLayer(layer);
  const from = layers.find(({ values }) => values.config !== undefined);
  if (from !== undefined) {
    const where = from.kind === "environment" ? `environment ${from.nameOf("config")}` : from.where;
    layers.push(readConfigFile(from.values.config as string | true, where));
  }
  const { preset } = mergeLayers(layers) as Values;
  return preset === undefined ? layers : [...layers, presetLayer(preset)];
}

const defaultSinks = [{ type: "console" }] as const;

/** The nearest source that has an option, and its distance. */
function nearest(
  layers: readonly Layer[],
  key: string,
): { readonly layer: Layer; readonly distance: number } | undefined {
  const distance = layers.findIndex(({ values }) => values[key] !== undefined);
  const layer = layers[distance];
  return layer === undefined ? undefined : { layer, distance };
}

function readSinks(layers: readonly Layer[], { server, preset }: Values): readonly SinkEntry[] {
  const found = nearest(layers, "sinks");
  const list = (found?.layer.values.sinks ?? defaultSinks) as readonly unknown[];
  const place = { where: found?.layer.where ?? "default", key: found?.layer.nameOf("sinks") ?? "sinks" };
  const entries = readEntries(list, place, found?.layer.kind !== "option");
  const isFarther = (nearest(layers, "server")?.distance ?? 0) > (found?.distance ?? layers.length);
  if (server === undefined || isFarther) return entries;
  const options = { ...(preset === undefined ? {} : presets[preset].http), url: server };
  return [...entries, { sink: makeSink("http", options, { where: "server", key: "server" }) }];
}

/** Where the spool of a service is by default: state that outlives the process, by the rule of XDG. Processes share it. */
function defaultSpoolDir(env: Environment, service: string): string {
  const base = env.XDG_STATE_HOME;
  const folder = service.replace(/[^\w.-]/g, "_").replace(/^\.+/, "_");
  return join(base?.startsWith("/") ? base : join(homedir(), ".local", "state"), "taffrail", "spool", folder);
}

function durableOf(
  value: LoggerOptions["durable"],
  entries: readonly SinkEntry[],
  defaultDir: () => string,
): DurableOptions | undefined {
  const wanted = objectOf<LoggerDurableOptions>(value);
  const given = wanted ?? (entries.some(({ durable }) => durable === true) ? {} : undefined);
  return given && { ...given, dir: given.dir ?? defaultDir() };
}

const mebibyte = 1024 * 1024;

/** The plain options, with the defaults. */
function fillIn(values: Values) {
  return {
    ...runtimeSettings(values),
    service: values.service ?? "unknown_service",
    fields: values.fields ?? {},
    limits: { ...defaultLimits, ...values.limits },
    watchConfig: values.watchConfig ?? false,
    bufferBytes: values.bufferBytes ?? 16 * mebibyte,
    overflow: values.overflow ?? "drop-new",
    reserve: values.reserve ?? 0.1,
    retryForMs: values.retryForMs ?? 300_000,
    writeTimeoutMs: values.writeTimeoutMs ?? 15_000,
    breaker: fullBreaker(values.breaker),
    fingersCrossed: objectOf<FingersCrossedOptions>(values.fingersCrossed),
    plugins: values.plugins ?? [],
    signals: values.signals ?? (["SIGTERM", "SIGINT"] as const),
    exitTimeoutMs: values.exitTimeoutMs ?? 2000,
    debugSignalMinutes: values.debugSignalMinutes ?? 0,
    metricsIntervalMs: values.metricsIntervalMs ?? 0,
    onProblem: values.onProblem ?? writeProblem,
    clock: values.clock ?? (systemClock as Clock),
  } as const;
}

/** A handler of the user that throws must not stop the program. */
function tellAll(sentences: readonly string[], tell: ProblemHandler): void {
  try {
    for (const sentence of sentences) tell(sentence);
  } catch {
    // There is no further place to tell it.
  }
}

/**
 * Checks options, fills in the environment, the config file, the preset and the defaults, and makes the sinks that are given as data.
 * Throws `option_unknown`, `option_invalid`, `config_unreadable`, `plugin_invalid`, `plugin_denied` and
 * `plugin_version`; then nothing stays open.
 *
 * @example resolveOptions({}, { TAFFRAIL_LEVEL: "debug" }).level // "debug"
 */
export function resolveOptions(options: LoggerOptions, env: Environment): ResolvedOptions {
  const layers = readLayers(options, env);
  const values = mergeLayers(layers) as Values;
  const plain = fillIn(values);
  checkFeatures(plain, layers);
  const pluginPolicy = policyOf(layers, values);
  const entries = readSinks(layers, values);
  try {
    checkPlugins(plain.plugins, entries, pluginPolicy);
    tellAll(misspelt(env), plain.onProblem);
    const durable = durableOf(values.durable, entries, () => defaultSpoolDir(env, plain.service));
    const routes = toRoutes(entries, { ...plain, durable: objectOf(values.durable) !== undefined });
    return { ...plain, pluginPolicy, routes, durable, configPath: layers.find(({ kind }) => kind === "file")?.where };
  } catch (error) {
    const given = new Set(options.sinks ?? []);
    closeAll(entries.map(({ sink }) => sink).filter((sink) => !given.has(sink)));
    throw error;
  }
}

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Level, levels, TaffrailError } from "@taffrail/contracts";
import { type ConfigKey, configDefinitions } from "./definitions.ts";
import { type ListenAddress, parseListen } from "./listen-address.ts";

/** Start-up options, decoded and checked. */
export interface Config {
  readonly listen: ListenAddress;
  /** Absolute path. */
  readonly dataDir: string;
  /** `postgres://...`, or undefined for the SQLite file. */
  readonly settingsUrl: string | undefined;
  readonly logLevel: Level;
  readonly logFormat: "auto" | "pretty" | "json";
  readonly drainTimeoutMs: number;
}

export type Flags = Readonly<Partial<Record<ConfigKey, string | undefined>>>;
export type Environment = Readonly<Record<string, string | undefined>>;

function invalid(key: string, reason: string): TaffrailError {
  return new TaffrailError("config_invalid", { key, reason });
}

/** Letters to change, add or drop to make one word the other; counted up to 3. */
function distance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 2) return 3;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= right.length; to += 1) {
      const change = (row[to - 1] ?? 0) + (left[at - 1] === right[to - 1] ? 0 : 1);
      next.push(Math.min(change, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 3;
}

/**
 * Other parts of Taffrail have variables of their own, so an unknown name alone is no mistake; a near miss of one of ours is.
 */
function refuseMisspelt(env: Environment): void {
  const known: readonly string[] = configDefinitions.map((definition) => definition.variable);
  for (const name of Object.keys(env)) {
    if (!name.startsWith("TAFFRAIL_") || known.includes(name)) continue;
    const near = known.find((candidate) => distance(name, candidate) <= 2);
    if (near !== undefined) throw invalid(name, `it is unknown; did you mean ${near}?`);
  }
}

function refuseUnknown(flags: Flags): void {
  const known: readonly string[] = configDefinitions.map((definition) => definition.key);
  for (const key of Object.keys(flags)) {
    if (!known.includes(key)) throw invalid(key, `it is unknown; known are ${known.join(", ")}`);
  }
}

function defaultDataDir(env: Environment): string {
  const base = env.XDG_DATA_HOME;
  // The XDG rule: a relative value is not valid and is passed over.
  return join(base?.startsWith("/") ? base : join(homedir(), ".local", "share"), "taffrail");
}

function oneOf<Word extends string>(key: string, value: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw invalid(key, `${value} is not one of ${words.join(", ")}`);
  return word;
}

function settingsUrlOf(value: string): string | undefined {
  if (value === "") return undefined;
  if (!URL.canParse(value) || !/^postgres(ql)?:$/.test(new URL(value).protocol)) {
    throw invalid("settingsUrl", "it must be a postgres:// URL");
  }
  return value;
}

function secondsOf(key: string, value: string, most: number): number {
  const seconds = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || seconds > most)
    throw invalid(key, `${value} is not a number of seconds up to ${most}`);
  return seconds * 1000;
}

/**
 * Reads the start-up options: defaults, then environment, then flags. Throws `config_invalid` naming the key for an unknown or wrong one.
 *
 * @example readConfig({ env: process.env, flags: { listen: "127.0.0.1:0" } })
 */
export function readConfig(input: { readonly env: Environment; readonly flags: Flags }): Config {
  refuseUnknown(input.flags);
  refuseMisspelt(input.env);
  const text = (key: ConfigKey): string => {
    const definition = configDefinitions.find((candidate) => candidate.key === key);
    return input.flags[key] ?? input.env[definition?.variable ?? ""] ?? definition?.default ?? "";
  };
  const given = input.flags.data ?? input.env.TAFFRAIL_DATA;
  if (given === "") throw invalid("data", "it is empty");
  return {
    listen: parseListen(text("listen")),
    dataDir: resolve(given ?? defaultDataDir(input.env)),
    settingsUrl: settingsUrlOf(text("settingsUrl")),
    logLevel: oneOf("logLevel", text("logLevel"), levels),
    logFormat: oneOf("logFormat", text("logFormat"), ["auto", "pretty", "json"]),
    drainTimeoutMs: secondsOf("drainTimeout", text("drainTimeout"), 600),
  };
}

import { type Stats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { LevelSetting } from "../level-cell.ts";
import type { Control } from "./control.ts";
import { loggerOptionDefinitions } from "./definitions.ts";
import { type Layer, mergeLayers } from "./layers.ts";
import type { LoggerOptions, RuntimeSettings, SinkSpec } from "./option-types.ts";
import { runtimeSettings } from "./runtime-settings.ts";

export interface WatchOptions {
  readonly path: string;
  /** Reads all sources again; throws for a bad file. */
  readonly read: () => readonly Layer[];
  readonly control: Pick<Control, "replace" | "setSinkLevel">;
  /** Told what went wrong and what needs a restart, in a sentence, once for each change of the file. */
  readonly tell: (message: string) => void;
  /** How often the file is looked at, in ms. Default 1000. */
  readonly intervalMs?: number;
}

type Values = Readonly<Record<string, unknown>>;

/** A file that is being written is looked at again after this time before it counts as bad. */
const secondLookMs = 200;

const missing = "missing";

/** What differs between two states of a file. A file that is replaced is another one. */
function identityOf({ mtimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${size} ${ino}`;
}

function seenNow(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? missing : identityOf(found);
}

/** The sinks of a file as objects, by name. */
function sinksByName(list: unknown): ReadonlyMap<string, SinkSpec> {
  const specs = (Array.isArray(list) ? list : []).map(
    (entry): SinkSpec => (typeof entry === "string" ? { type: entry } : entry),
  );
  const seen = new Map<string, number>();
  return new Map(
    specs.map((spec) => {
      const base = typeof spec.name === "string" ? spec.name : spec.type;
      const times = (seen.get(base) ?? 0) + 1;
      seen.set(base, times);
      return [times === 1 ? base : `${base}#${times}`, spec];
    }),
  );
}

/** Levels of sinks that changed; undefined when more than levels changed. */
function sinkLevels(before: unknown, after: unknown): ReadonlyMap<string, LevelSetting> | undefined {
  const [old, now] = [sinksByName(before), sinksByName(after)];
  const bare = (specs: ReadonlyMap<string, SinkSpec>) =>
    [...specs].map(([name, spec]) => [name, { ...spec, level: "" }]);
  if (!isDeepStrictEqual(bare(old), bare(now))) return undefined;
  const changed = [...now].filter(([name, { level }]) => level !== old.get(name)?.level);
  return new Map(changed.map(([name, { level }]) => [name, (level ?? "trace") as LevelSetting]));
}

const fixedKeys = loggerOptionDefinitions.filter(({ runtime }) => !runtime).map(({ key }) => key);

/** Brings what changed between two states of all sources into effect. Returns the keys that need a restart. */
function applyChange(before: Values, after: Values, { control, path }: WatchOptions): readonly string[] {
  const restart: string[] = fixedKeys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
  const levels = sinkLevels(before.sinks, after.sinks);
  const [old, now] = [runtimeSettings(before as LoggerOptions), runtimeSettings(after as LoggerOptions)];
  const changed = Object.entries(now).filter(
    ([key, value]) => !isDeepStrictEqual(old[key as keyof RuntimeSettings], value),
  );
  control.replace(Object.fromEntries(changed), path);
  for (const [name, level] of levels ?? []) control.setSinkLevel(name, level);
  return levels === undefined ? [...restart, "sinks"] : restart;
}

/**
 * Looks at a config file and brings its changes into effect. Nearer sources keep their say. A bad file changes nothing. Looking does not keep the
 * process alive; it goes by time and size, so it also sees files that are replaced, or reached through links that are turned. Returns the function
 * that ends it.
 *
 * @example const stop = watchConfigFile({ path, read: () => readLayers(options, process.env), control, tell });
 */
export function watchConfigFile(options: WatchOptions): () => void {
  const { path, read, tell, intervalMs = 1000 } = options;
  // Before the file is read: what changes after that is a change.
  let seen = seenNow(path);
  let held: Values = mergeLayers(read());
  let timer: NodeJS.Timeout | undefined;

  const look = (isSecond: boolean): void => {
    try {
      const found = mergeLayers(read());
      const restart = applyChange(held, found, options);
      held = found;
      if (restart.length > 0) tell(`${path} changed: ${restart.join(", ")} will hold after a restart`);
    } catch (error) {
      if (isSecond)
        tell(`${path} changed and is left aside: ${error instanceof Error ? error.message : String(error)}`);
      else timer = setTimeout(() => look(true), secondLookMs).unref();
    }
  };
  let next: NodeJS.Timeout;
  let ended = false;
  const check = async (): Promise<void> => {
    const found = await stat(path).then(identityOf, () => missing);
    if (ended) return;
    // After the answer, so that a file system that hangs is asked once.
    next = setTimeout(() => void check(), intervalMs).unref();
    if (found === seen) return;
    seen = found;
    clearTimeout(timer);
    look(false);
  };
  next = setTimeout(() => void check(), intervalMs).unref();
  return () => {
    ended = true;
    clearTimeout(next);
    clearTimeout(timer);
  };
}

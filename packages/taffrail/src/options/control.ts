import { TaffrailError } from "@taffrail/contracts";
import type { LevelSetting } from "../level-cell.ts";
import { checkNested, isObject } from "./check-options.ts";
import { loggerOptionDefinitions } from "./definitions.ts";
import { checkValue, definitionOf, over } from "./layers.ts";
import { isLevelSetting, unknownOption } from "./option-hints.ts";
import type { RuntimeChange, RuntimeSettings } from "./option-types.ts";
import { runtimeSettings } from "./runtime-settings.ts";

/**
 * Takes a new value of one setting as far as possible without effect (compiles, checks; may throw) and returns what lets it take effect, which must
 * not throw.
 */
type Prepare<T> = (value: T) => () => void;

export interface ControlOptions {
  /** What holds now. */
  readonly settings: RuntimeSettings;
  readonly prepare: { readonly [K in keyof RuntimeSettings]: Prepare<RuntimeSettings[K]> };
  /** Names of the sinks. */
  readonly sinks: readonly string[];
  readonly setSinkLevel: (sink: string, level: LevelSetting) => void;
}

/** The settings of a logger family while it works. */
export interface Control {
  /**
   * Changes settings, all of them or none. Throws `option_unknown` and `option_invalid`, which name the key; then nothing has changed.
   */
  configure(change: RuntimeChange): void;
  /** Sets settings as they are, without joining them with what holds. The same errors; `where` is who wants it. */
  replace(next: Partial<RuntimeSettings>, where: string): void;
  /** Sets the level of one sink. Throws `option_invalid` for an unknown sink or level. */
  setSinkLevel(sink: string, level: LevelSetting): void;
  /** What holds, as far as it came through here. */
  settings(): RuntimeSettings;
}

const where = "configure";
const runtimeKeys = loggerOptionDefinitions.filter(({ runtime }) => runtime).map(({ key }) => key);

function refuse(key: string): TaffrailError {
  if (!definitionOf.has(key)) return unknownOption(where, key, runtimeKeys);
  const reason = `it cannot change while the logger works; what can: ${runtimeKeys.join(", ")}`;
  return new TaffrailError("option_invalid", { where, key, reason });
}

function checkChange(change: RuntimeChange): void {
  const reason = isObject(change);
  if (reason !== undefined) throw new TaffrailError("option_invalid", { where, key: "options", reason });
  for (const [key, value] of Object.entries(change)) {
    const definition = definitionOf.get(key);
    if (definition?.runtime !== true) throw refuse(key);
    if (value !== undefined && key !== "sinks") checkValue({ where, nameOf: () => key }, definition, value);
  }
}

function checkSinks(sinks: RuntimeChange["sinks"], names: readonly string[]): void {
  if (sinks === undefined) return;
  const reason = isObject(sinks);
  if (reason !== undefined) throw new TaffrailError("option_invalid", { where, key: "sinks", reason });
  for (const [name, entry] of Object.entries(sinks)) {
    const key = `sinks.${name}`;
    const wrong = names.includes(name) ? isObject(entry) : `there is no such sink; there are: ${names.join(", ")}`;
    if (wrong !== undefined) throw new TaffrailError("option_invalid", { where, key, reason: wrong });
    checkNested(entry, { where, key }, { level: isLevelSetting });
  }
}

/** The keys of settings that a change names, with their new values. */
function nextSettings(change: RuntimeChange, current: RuntimeSettings): Partial<RuntimeSettings> {
  const given = Object.entries(change).filter(([key, value]) => key !== "sinks" && value !== undefined);
  const merged = Object.fromEntries(
    given.map(([key, value]) => [key, over(value, current[key as keyof RuntimeSettings])]),
  );
  const filled = runtimeSettings(merged);
  return Object.fromEntries(given.map(([key]) => [key, filled[key as keyof RuntimeSettings]]));
}

/**
 * Makes the control of a logger family.
 *
 * @example
 * const control = createControl({ settings, prepare: { level: (level) => () => { cell.setting = level; }, … }, sinks: ["console"], setSinkLevel });
 * control.configure({ level: "debug", sinks: { console: { level: "warn" } } });
 */
export function createControl(options: ControlOptions): Control {
  let current = options.settings;

  const prepareAll = (next: Partial<RuntimeSettings>, source: string): (() => void)[] =>
    Object.entries(next).map(([key, value]) => {
      const prepare = options.prepare[key as keyof RuntimeSettings] as Prepare<unknown>;
      try {
        return prepare(value);
      } catch (error) {
        // The feature knows best what is wrong, but not who wanted it.
        const known = error instanceof TaffrailError ? error : undefined;
        const reason = String(known?.details.reason ?? (error instanceof Error ? error.message : error));
        const inner = known?.details.key;
        const place = inner === undefined || inner === key ? key : `${key}.${inner}`;
        throw new TaffrailError("option_invalid", { where: source, key: place, reason }, error);
      }
    });
  const replace = (next: Partial<RuntimeSettings>, source: string): void => {
    const commits = prepareAll(next, source);
    for (const commit of commits) commit();
    current = { ...current, ...next };
  };

  return {
    configure(change) {
      checkChange(change);
      checkSinks(change.sinks, options.sinks);
      replace(nextSettings(change, current), where);
      for (const [name, { level }] of Object.entries(change.sinks ?? {})) {
        if (level !== undefined) options.setSinkLevel(name, level);
      }
    },
    replace,
    setSinkLevel(sink, level) {
      checkSinks({ [sink]: { level } }, options.sinks);
      options.setSinkLevel(sink, level);
    },
    settings: () => current,
  };
}

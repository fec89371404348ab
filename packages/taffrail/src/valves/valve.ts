import type { Clock, Filter, PluginContext, PluginManifest } from "@taffrail/contracts";
import { pluginApiVersion, TaffrailError } from "@taffrail/contracts";
import { checkOptions, type OptionChecks } from "../options/check-options.ts";

/** The manifest of a built-in valve. */
export function valveManifest(name: string, description: string): PluginManifest<"filter"> {
  return { name, kind: "filter", apiVersion: pluginApiVersion, description };
}

/** Checks a valve's options, of which some must be given. Throws `option_unknown` and `option_invalid`. */
export function checkValve(where: string, options: object, checks: OptionChecks, needed: readonly string[] = []): void {
  checkOptions(where, options, checks);
  for (const key of needed) {
    if ((options as Readonly<Record<string, unknown>>)[key] === undefined) {
      throw new TaffrailError("option_invalid", { where, key, reason: "it must be given" });
    }
  }
}

/** A valve that tells later what it held back. */
export interface TellingValve extends Filter {
  start(context: PluginContext): void;
}

/** Calls back once a while after it was asked to, without keeping the process alive. One timer, however often it is asked. */
export interface Alarm {
  /** Asks for a call in `milliseconds`, unless one is due already. */
  set(milliseconds: number): void;
  clear(): void;
}

/** Makes an alarm. A callback that is early by the clock that is passed in sets it again. */
export function createAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(milliseconds) {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          ring();
        },
        Math.max(1, milliseconds),
      ).unref();
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** What a valve is given at its start, for as long as it works. */
export interface Surroundings {
  readonly clock: Clock;
  readonly emit: PluginContext["emit"];
}

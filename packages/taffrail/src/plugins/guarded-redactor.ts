import type { Redactor } from "@taffrail/contracts";
import { type Guarded, oddValue } from "./caller-chain.ts";

/**
 * A redactor whose calls are counted. What it throws is thrown on: redaction fails closed, so whoever asked masks the value. It is never left out,
 * however often it fails; while it has not started, every question fails.
 *
 * @example createRedaction(options, redactors.map(guardRedactor));
 */
export function guardRedactor({ plugin, guard }: Guarded<Redactor>): Redactor {
  let told = false;
  const watch = <T>(call: () => T): T => {
    if (guard.halted !== undefined) throw new Error(`redactor ${guard.name} ${guard.halted}`);
    const began = guard.begin();
    try {
      const answer = call();
      if (began >= 0) guard.end(began);
      return answer;
    } catch (error) {
      guard.count("throw");
      if (!told) guard.tell("failed: what it failed on is masked");
      told = true;
      throw error;
    }
  };
  const { place, text } = plugin;
  return {
    manifest: plugin.manifest,
    ...(place === undefined ? {} : { place: (path) => watch(() => place.call(plugin, path)) }),
    ...(text === undefined
      ? {}
      : {
          text: (given) =>
            watch(() => {
              const masked: unknown = text.call(plugin, given);
              if (typeof masked !== "string") throw oddValue(masked);
              return masked;
            }),
        }),
  };
}

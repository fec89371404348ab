import type { Redactor, Verdict } from "@taffrail/contracts";
import { type Guarded, oddValue } from "./caller-chain.ts";
import { describeThrown } from "./plugin-guard.ts";

/**
 * A redactor whose calls are counted. What it throws is thrown on: redaction fails closed, so whoever asked masks the value. It is never left out,
 * however often it fails and however slow it is; if it could not start, every question fails.
 *
 * @example createRedaction(options, redactors.map(guardRedactor));
 */
export function guardRedactor({ plugin, guard }: Guarded<Redactor>): Redactor {
  let told = false;
  const failed = (error: unknown): unknown => {
    guard.count("throw");
    if (!told) guard.tell(`failed (${describeThrown(error)}): what it failed on is masked`);
    told = true;
    return error;
  };
  const begin = (): number => {
    if (guard.halted !== undefined) throw new Error(`redactor ${guard.name} ${guard.halted}`);
    return guard.begin();
  };
  const { place, text } = plugin;
  const guardedPlace = (path: readonly string[]): Verdict => {
    const began = begin();
    try {
      const verdict = (place as NonNullable<Redactor["place"]>).call(plugin, path);
      if (began >= 0) guard.end(began);
      return verdict;
    } catch (error) {
      throw failed(error);
    }
  };
  const guardedText = (given: string): string => {
    const began = begin();
    let masked: unknown;
    try {
      masked = (text as NonNullable<Redactor["text"]>).call(plugin, given);
    } catch (error) {
      throw failed(error);
    }
    if (typeof masked !== "string") throw failed(oddValue(masked));
    if (began >= 0) guard.end(began);
    return masked;
  };
  return {
    manifest: plugin.manifest,
    ...(place === undefined ? {} : { place: guardedPlace }),
    ...(text === undefined ? {} : { text: guardedText }),
  };
}

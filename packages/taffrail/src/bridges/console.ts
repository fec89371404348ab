import { format } from "node:util";
import { type Level, levels } from "@taffrail/contracts";
import type { Logger } from "../logger.ts";
import { checkNested, checkOptions, isObject, isOneOf } from "../options/check-options.ts";
import { readThrown } from "./bridge-call.ts";

const levelOf = {
  trace: "trace",
  debug: "debug",
  log: "info",
  info: "info",
  dir: "info",
  warn: "warn",
  error: "error",
  assert: "error",
} as const;

/** Methods of `console` that are bridged. Others (tables, groups, timers) stay as they are. */
export type ConsoleMethod = keyof typeof levelOf;

export interface ConsoleBridgeOptions {
  /** Levels other than the usual ones, for some methods. */
  readonly levels?: Readonly<Partial<Record<ConsoleMethod, Level>>>;
  /** The console to take over. Default: the global one. */
  readonly console?: Console;
}

type ConsoleCall = (...args: unknown[]) => void;

/** One sentence of all arguments as the console would print them, and the first error apart, so that its parts stay fields. */
function readArguments(args: readonly unknown[]): { readonly message: string; readonly error: Error | undefined } {
  const error = args.find((arg) => arg instanceof Error);
  if (error === undefined) return { message: format(...args), error };
  const [template] = args;
  if (typeof template === "string" && template.includes("%")) {
    // Each argument belongs to its placeholder; without the error the later ones would stand in the wrong places.
    const shown = args.map((arg) => (arg === error ? error.message : arg));
    return { message: format(...shown), error };
  }
  const rest = args.filter((arg) => arg !== error);
  return { message: rest.length === 0 ? error.message : format(...rest), error };
}

/** What a method says with these arguments; undefined: nothing. */
function argumentsOf(method: ConsoleMethod, args: readonly unknown[]): readonly unknown[] | undefined {
  if (method === "dir") return args.slice(0, 1);
  if (method !== "assert") return args;
  if (args[0]) return undefined;
  const [text, ...rest] = args.slice(1);
  if (typeof text === "string") return [`Assertion failed: ${text}`, ...rest];
  return args.length === 1 ? ["Assertion failed"] : ["Assertion failed:", text, ...rest];
}

/**
 * Sends what is printed with `console` through a logger. Returns the function that gives `console` back. A sink of this package that writes to the
 * terminal does not use `console`, so nothing goes round; what a plugin prints while a record is made goes to the terminal as before.
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example
 * const undo = bridgeConsole(log, { levels: { log: "debug" } });
 * console.log("user %s", id); // a record of level debug
 * undo();
 */
export function bridgeConsole(log: Logger, options: ConsoleBridgeOptions = {}): () => void {
  const methods = Object.keys(levelOf) as ConsoleMethod[];
  checkOptions("bridgeConsole", options, { levels: isObject, console: isObject });
  const checks = Object.fromEntries(methods.map((method) => [method, isOneOf(levels)]));
  checkNested(options.levels, { where: "bridgeConsole", key: "levels" }, checks);
  const target = options.console ?? globalThis.console;
  let active = true;
  let inside = false;

  const undone = methods.map((method) => {
    const original = target[method] as ConsoleCall;
    const level = options.levels?.[method] ?? levelOf[method];
    const bridged: ConsoleCall = (...args) => {
      if (!active || inside) {
        original.apply(target, args);
        return;
      }
      const said = argumentsOf(method, args);
      if (said === undefined) return;
      inside = true;
      try {
        const { message, error } = readArguments(said);
        if (error === undefined) log.log(level, message);
        else log.log(level, message, error);
      } catch (error) {
        // Something among the arguments throws when it is looked at; the rest of the call is worth keeping.
        const message = said.find((value) => typeof value === "string") ?? "";
        log.log(level, message, { "taffrail.fields_error": readThrown(error) });
      } finally {
        inside = false;
      }
    };
    Object.assign(target, { [method]: bridged });
    return () => {
      // Who has wrapped it meanwhile keeps it; it passes through from now on.
      if (target[method] === bridged) Object.assign(target, { [method]: original });
    };
  });
  return () => {
    active = false;
    for (const undo of undone) undo();
  };
}

import { type Level, parseLevel } from "@taffrail/contracts";
import { createSpanReader } from "./active-span.ts";
import { type Fields, type LogAtLevel, type LogMethod, readCall } from "./call.ts";
import { contextScope } from "./context.ts";
import { createLineEncoder, emptyScope, type LineEncoder, type Scope } from "./encode/line.ts";
import { exitRegistryOf } from "./exit/exit-registry.ts";
import { LevelCell, type LevelSetting, levelSettings, rankOf } from "./level-cell.ts";
import { type LoggerOptions, resolveOptions } from "./options/logger-options.ts";
import { defaultRetry } from "./pipeline/backoff.ts";
import { type LogHealth, type LogLedger, Pipeline } from "./pipeline/pipeline.ts";

/** A logger. Its children share its sinks, and its level until they have one of their own. */
export interface Logger extends AsyncDisposable {
  /** The least level that is logged. Setting it reaches every child that has no level of its own. */
  level: LevelSetting;
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** Logs at a level that is known only at run time. */
  readonly log: LogAtLevel;
  /** A logger whose lines carry these fields too. They are encoded now: later changes of the objects do not show. */
  child(bindings: Fields, options?: { readonly level?: LevelSetting }): Logger;
  /** Resolves when everything logged before the call is delivered or dropped, or after `timeoutMs` (default 5000). Never rejects. */
  flush(options?: { readonly timeoutMs?: number }): Promise<LogLedger>;
  /** Writes what waits within `deadlineMs` (default 5000), drops and counts the rest, closes the sinks. Closes the whole family. Never rejects. */
  close(options?: { readonly deadlineMs?: number }): Promise<LogLedger>;
  /** The account of all records so far, exact at any moment. */
  ledger(): LogLedger;
  health(): LogHealth;
}

/** What the members of a family share. */
interface Family {
  readonly encoder: LineEncoder;
  readonly pipeline: Pipeline;
  readonly now: () => number;
  readonly activeSpan: () => string;
  /** Takes the family out of the process's exit handling. */
  readonly leave: () => void;
}

const defaultWaitMs = 5000;

/** A time that somebody may have computed wrongly: nonsense counts as the default, so that waiting stays bounded. */
function waitOf(milliseconds: number | undefined): number {
  return milliseconds !== undefined && milliseconds >= 0 && milliseconds < 2 ** 31 ? milliseconds : defaultWaitMs;
}

class FamilyLogger implements Logger {
  readonly #family: Family;
  readonly #scope: Scope;
  readonly #level: LevelCell;

  constructor(family: Family, scope: Scope, level: LevelCell) {
    this.#family = family;
    this.#scope = scope;
    this.#level = level;
  }

  get level(): LevelSetting {
    return this.#level.setting;
  }

  set level(setting: LevelSetting) {
    if (levelSettings.includes(setting)) this.#level.setting = setting;
  }

  trace(first: unknown, second?: unknown, ...rest: unknown[]): void {
    if (this.#level.rank <= rankOf.trace) this.#emit("trace", first, second, rest);
  }

  debug(first: unknown, second?: unknown, ...rest: unknown[]): void {
    if (this.#level.rank <= rankOf.debug) this.#emit("debug", first, second, rest);
  }

  info(first: unknown, second?: unknown, ...rest: unknown[]): void {
    if (this.#level.rank <= rankOf.info) this.#emit("info", first, second, rest);
  }

  warn(first: unknown, second?: unknown, ...rest: unknown[]): void {
    if (this.#level.rank <= rankOf.warn) this.#emit("warn", first, second, rest);
  }

  error(first: unknown, second?: unknown, ...rest: unknown[]): void {
    if (this.#level.rank <= rankOf.error) this.#emit("error", first, second, rest);
  }

  fatal(first: unknown, second?: unknown, ...rest: unknown[]): void {
    if (this.#level.rank <= rankOf.fatal) this.#emit("fatal", first, second, rest);
  }

  log(level: Level, first: unknown, second?: unknown, ...rest: unknown[]): void {
    const known = parseLevel(String(level)) ?? "info";
    if (this.#level.rank <= rankOf[known]) this.#emit(known, first, second, rest);
  }

  child(bindings: Fields, options: { readonly level?: LevelSetting } = {}): Logger {
    const scope = this.#family.encoder.extend(this.#scope, bindings);
    const level = levelSettings.find((setting) => setting === options.level);
    return new FamilyLogger(this.#family, scope, new LevelCell(level, this.#level));
  }

  flush(options: { readonly timeoutMs?: number } = {}): Promise<LogLedger> {
    return this.#family.pipeline.flush(waitOf(options.timeoutMs));
  }

  async close(options: { readonly deadlineMs?: number } = {}): Promise<LogLedger> {
    const ledger = await this.#family.pipeline.close(waitOf(options.deadlineMs));
    this.#family.leave();
    return ledger;
  }

  ledger(): LogLedger {
    return this.#family.pipeline.ledger();
  }

  health(): LogHealth {
    return this.#family.pipeline.health();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The one place where a call becomes a record. Whatever goes wrong here is counted, not thrown. */
  #emit(level: Level, first: unknown, second: unknown, rest: readonly unknown[]): void {
    const { encoder, pipeline, now, activeSpan } = this.#family;
    let line: string;
    try {
      const { message, fields } = readCall(first, second, rest);
      const scope = contextScope(encoder, this.#scope);
      line = encoder.encode({ level, time: now(), message, fields, scope, trace: activeSpan() });
    } catch {
      pipeline.refuse();
      return;
    }
    pipeline.push(line, level);
  }
}

/**
 * Creates a logger. Loggers are independent of each other: each has its own sinks, buffers and ledger.
 * Throws `option_unknown`, `option_invalid` and `plugin_version`; logging itself never throws.
 *
 * @example
 * const log = createLogger({ service: "checkout" });
 * log.info("order placed", { orderId, total });
 * await log.close();
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const resolved = resolveOptions(options, process.env);
  const { clock, signals, exitTimeoutMs, retryForMs } = resolved;
  const encoder = createLineEncoder(resolved.service, resolved.limits);
  const pipeline = new Pipeline({ ...resolved, retry: { ...defaultRetry, retryForMs }, random: Math.random });
  const leave = exitRegistryOf(process).join({
    signals,
    lastFlush: () => pipeline.lastFlush(exitTimeoutMs),
    drainSync: (final) => pipeline.drainSync(final),
  });
  const family: Family = { encoder, pipeline, now: () => clock.now(), activeSpan: createSpanReader(), leave };
  const scope = encoder.extend(emptyScope, resolved.fields);
  return new FamilyLogger(family, scope, new LevelCell(resolved.level, undefined));
}

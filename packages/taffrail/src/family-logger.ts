import { type Level, levels, parseLevel } from "@taffrail/contracts";
import {
  auditFields,
  type ErrorLogMethod,
  type Fields,
  type LazyFields,
  type LogAtLevel,
  type LogMethod,
} from "./call.ts";
import { tellDetached } from "./detached.ts";
import type { Emitter } from "./emitter.ts";
import type { LineEncoder } from "./encode/line.ts";
import type { Scope } from "./encode/scope.ts";
import { auditRank, LevelCell, type LevelSetting, levelSettings, rankOf } from "./level-cell.ts";
import type { LogHealth } from "./observe/health.ts";
import { renderMetrics } from "./observe/prometheus.ts";
import type { LoggerStats } from "./observe/stats.ts";
import type { Control } from "./options/control.ts";
import type { RuntimeChange } from "./options/option-types.ts";
import type { LogLedger } from "./pipeline/pipeline.ts";

/** A logger. Its children share its sinks, and its level until they have one of their own. */
export interface Logger extends AsyncDisposable {
  /** The least level that is logged. Setting it reaches every child that has no level of its own. */
  level: LevelSetting;
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: ErrorLogMethod;
  readonly error: ErrorLogMethod;
  readonly fatal: ErrorLogMethod;
  /** Logs at a level that is known only at run time. */
  readonly log: LogAtLevel;
  /**
   * Logs what must not be lost: a record of level `info` with `"audit":true` that passes every level, filter, sampling and shedding, and may use the
   * part of the buffer that is kept for errors.
   */
  audit(message: string, fields?: Fields | LazyFields): void;
  /** A logger whose lines carry these fields too. They are encoded now: later changes of the objects do not show. */
  child(bindings?: Fields | null, options?: { readonly level?: LevelSetting }): Logger;
  /** Resolves when everything logged before the call is delivered or dropped, or after `timeoutMs` (default 5000). Never rejects. */
  flush(options?: { readonly timeoutMs?: number }): Promise<LogLedger>;
  /** Writes what waits within `deadlineMs` (default 5000), drops and counts the rest, closes the sinks. Closes the whole family. Never rejects. */
  close(options?: { readonly deadlineMs?: number }): Promise<LogLedger>;
  /** The account of all records so far, exact at any moment. */
  ledger(): LogLedger;
  /** How the sinks, the plugins and the spool are, and the worst of them. */
  health(): LogHealth;
  /** Every number that the logger keeps about its own work. */
  stats(): LoggerStats;
  /** The same as Prometheus text. */
  metrics(): string;
  /**
   * Hands over a line of another signal, made by somebody else: an OTLP/JSON `ResourceSpans` or `ResourceMetrics` object and a line feed. It goes to
   * the sinks that take the signal, with a ledger of its own. For `@taffrail/otel`; never throws.
   */
  emit(signal: "traces" | "metrics", line: string): void;
  /**
   * Changes settings of the whole family while it works: level, levels of sinks, shedding, sampling, rate limit, dedupe, redaction. All or nothing.
   * Throws `option_unknown` and `option_invalid`.
   */
  configure(change: RuntimeChange): void;
}

/** What the members of a family share. */
export interface Family {
  readonly encoder: LineEncoder;
  readonly emitter: Emitter;
  readonly flush: (timeoutMs: number) => Promise<LogLedger>;
  readonly close: (deadlineMs: number) => Promise<LogLedger>;
  readonly ledger: () => LogLedger;
  readonly stats: () => LoggerStats;
  readonly health: () => LogHealth;
  readonly emit: (signal: "traces" | "metrics", line: string) => void;
  readonly control: Pick<Control, "configure">;
}

const defaultWaitMs = 5000;

/** A time that somebody may have computed wrongly: nonsense counts as the default, so that waiting stays bounded. */
function waitOf(milliseconds: number | undefined): number {
  return milliseconds !== undefined && milliseconds >= 0 && milliseconds < 2 ** 31 ? milliseconds : defaultWaitMs;
}

type Method = (this: FamilyLogger, first?: unknown, second?: unknown) => void;

/** One member of a family. */
export class FamilyLogger implements Logger {
  declare readonly trace: LogMethod;
  declare readonly debug: LogMethod;
  declare readonly info: LogMethod;
  declare readonly warn: ErrorLogMethod;
  declare readonly error: ErrorLogMethod;
  declare readonly fatal: ErrorLogMethod;
  /** Used by the emitter, which renews it when the rules of redaction change. */
  scope: Scope;
  readonly #family: Family;
  readonly #level: LevelCell;

  static {
    for (const level of levels) Reflect.set(FamilyLogger.prototype, level, FamilyLogger.#methodOf(level));
  }

  constructor(family: Family, scope: Scope, level: LevelCell) {
    this.#family = family;
    this.scope = scope;
    this.#level = level;
  }

  /**
   * The method of a level. It has two parameters and looks at `arguments` for more: a rest parameter would make a list at each call, also of a level
   * that is not logged. A call without its logger must not throw either, least of all at `promise.catch(log.error)`.
   */
  static #methodOf(name: Level): Method {
    const rank = rankOf[name];
    return function (first, second) {
      let level: LevelCell;
      try {
        level = this.#level;
      } catch {
        tellDetached(name);
        return;
      }
      if (level.gate > rank) return;
      // biome-ignore lint/complexity/noArguments: see above.
      if (arguments.length <= 2) {
        this.#family.emitter.emit(this, rank, first, second, undefined);
        return;
      }
      const surplus: unknown[] = [];
      // biome-ignore lint/complexity/noArguments: see above.
      for (let index = 2; index < arguments.length; index++) surplus.push(arguments[index]);
      this.#family.emitter.emit(this, rank, first, second, surplus);
    };
  }

  /** False, and told, when a method was called without its logger. */
  static #isLogger(value: unknown, method: string): boolean {
    const isLogger = typeof value === "object" && value !== null && #level in value;
    if (!isLogger) tellDetached(method);
    return isLogger;
  }

  get level(): LevelSetting {
    return this.#level.setting;
  }

  set level(setting: LevelSetting) {
    if (levelSettings.includes(setting)) this.#level.setting = setting;
  }

  get rank(): number {
    return this.#level.rank;
  }

  log(level: Level, first: unknown, second?: unknown, ...rest: unknown[]): void {
    if (!FamilyLogger.#isLogger(this, "log")) return;
    const rank = rankOf[parseLevel(String(level)) ?? "info"];
    if (this.#level.gate > rank) return;
    this.#family.emitter.emit(this, rank, first, second, rest.length === 0 ? undefined : rest);
  }

  audit(message: string, fields?: Fields | LazyFields): void {
    if (!FamilyLogger.#isLogger(this, "audit")) return;
    this.#family.emitter.emit(this, auditRank, String(message), auditFields(fields), undefined);
  }

  child(bindings?: Fields | null, options?: { readonly level?: LevelSetting }): Logger {
    const scope = this.#family.encoder.extend(this.scope, bindings ?? {});
    // Null as well, from JavaScript.
    const wanted = options?.level;
    const level = wanted === undefined ? undefined : levelSettings.find((setting) => setting === wanted);
    return new FamilyLogger(this.#family, scope, new LevelCell(level, this.#level));
  }

  flush(options?: { readonly timeoutMs?: number }): Promise<LogLedger> {
    return this.#family.flush(waitOf(options?.timeoutMs));
  }

  close(options?: { readonly deadlineMs?: number }): Promise<LogLedger> {
    return this.#family.close(waitOf(options?.deadlineMs));
  }

  ledger(): LogLedger {
    return this.#family.ledger();
  }

  health(): LogHealth {
    return this.#family.health();
  }

  stats(): LoggerStats {
    return this.#family.stats();
  }

  metrics(): string {
    return renderMetrics(this.#family.stats());
  }

  emit(signal: "traces" | "metrics", line: string): void {
    this.#family.emit(signal, line);
  }

  configure(change: RuntimeChange): void {
    this.#family.control.configure(change);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

import type { Enricher, Filter, RecordView } from "@taffrail/contracts";
import type { Admission, CallerPlugins } from "./caller-plugins.ts";
import { OddAnswer, type PluginGuard } from "./plugin-guard.ts";

/** A plugin and its guard. */
export interface Guarded<P> {
  readonly plugin: P;
  readonly guard: PluginGuard;
}

/** As the host sees them. */
export interface StartableCallerPlugins extends CallerPlugins {
  /** To be called once the starts of all plugins have been called: what is not ready by then is waited for. */
  started(): void;
}

const nothing: readonly object[] = [];
const failed = Symbol("failed");

/** A promise where a value was expected must not end the process when it rejects. */
function silence(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}

/** Says what is wrong with what a plugin returned. */
export function oddValue(value: unknown): OddAnswer {
  silence(value);
  const shown =
    value instanceof Promise ? "a promise" : Array.isArray(value) ? "a list" : value === null ? "null" : typeof value;
  return new OddAnswer(`it returned ${shown}`);
}

/** One filter's place in the chain. */
class FilterStep {
  readonly #plugin: Filter;
  readonly #guard: PluginGuard;

  constructor({ plugin, guard }: Guarded<Filter>) {
    this.#plugin = plugin;
    this.#guard = guard;
  }

  ask(record: RecordView): Admission {
    const guard = this.#guard;
    if (guard.halted !== undefined && !guard.mayProbe()) return this.#withoutAnswer();
    const began = guard.begin();
    let kept: unknown;
    try {
      kept = this.#plugin.keep(record);
    } catch (error) {
      guard.fail("throw", error);
      return this.#withoutAnswer();
    }
    if (kept === true || kept === false) {
      if (began >= 0) guard.end(began);
      if (kept) return "keep";
      guard.filtered += 1;
      return "filtered";
    }
    guard.fail("invalid", oddValue(kept));
    return this.#withoutAnswer();
  }

  #withoutAnswer(): Admission {
    if (!this.#guard.failsClosed) return "keep";
    this.#guard.filtered += 1;
    return "plugin-failed";
  }
}

/** One enricher's place in the chain. */
class EnricherStep {
  readonly #plugin: Enricher;
  readonly #guard: PluginGuard;
  /** What it returned last: the same object again need not be looked at again. */
  #known: object | undefined;

  constructor({ plugin, guard }: Guarded<Enricher>) {
    this.#plugin = plugin;
    this.#guard = guard;
  }

  /** The fields, undefined for none, or `failed` when the record must not go on without them. */
  fields(record: RecordView): object | undefined | typeof failed {
    const guard = this.#guard;
    if (guard.halted !== undefined && !guard.mayProbe()) return this.#withoutFields();
    const began = guard.begin();
    let fields: unknown;
    try {
      fields = this.#plugin.enrich?.(record);
    } catch (error) {
      guard.fail("throw", error);
      return this.#withoutFields();
    }
    if (fields === undefined || fields === this.#known || this.#isUsable(fields)) {
      if (began >= 0) guard.end(began);
      return fields as object | undefined;
    }
    guard.fail("invalid", oddValue(fields));
    return this.#withoutFields();
  }

  #isUsable(fields: unknown): boolean {
    if (typeof fields !== "object" || fields === null || Array.isArray(fields) || fields instanceof Promise)
      return false;
    this.#known = fields;
    return true;
  }

  #withoutFields(): undefined | typeof failed {
    if (!this.#guard.failsClosed) return undefined;
    this.#guard.filtered += 1;
    return failed;
  }
}

/** Constant fields of an enricher that was not ready when the others' were encoded. */
class LateConstants {
  readonly #guard: PluginGuard;
  readonly #fields: object;

  constructor({ plugin, guard }: Guarded<Enricher>) {
    this.#guard = guard;
    // Frozen, they are encoded once all the same.
    this.#fields = Object.freeze({ ...plugin.constants });
  }

  fields(): object | undefined | typeof failed {
    const guard = this.#guard;
    if (guard.start === "ready") return this.#fields;
    if (!guard.failsClosed) return undefined;
    guard.filtered += 1;
    return failed;
  }
}

/** All steps on the caller's side. A class: its two methods run for every record. */
class CallerChain implements CallerPlugins {
  active: boolean;
  #enrichers: readonly (EnricherStep | LateConstants)[];
  readonly #filters: readonly FilterStep[];
  readonly #constantsOf: readonly Guarded<Enricher>[];
  /** The answer of `enrich`, used again for each record. */
  readonly #fields: object[] = [];
  #enricherFailed = false;
  /** True while a plugin works: what it logs itself would come back here without end. */
  #busy = false;

  constructor(enrichers: readonly Guarded<Enricher>[], filters: readonly Guarded<Filter>[]) {
    this.#constantsOf = enrichers.filter(({ plugin }) => plugin.constants !== undefined);
    this.#enrichers = enrichers
      .filter(({ plugin }) => plugin.enrich !== undefined)
      .map((each) => new EnricherStep(each));
    this.#filters = filters.map((each) => new FilterStep(each));
    this.active = this.#enrichers.length + this.#filters.length > 0;
  }

  get constants(): readonly object[] {
    return this.#constantsOf
      .filter(({ guard }) => guard.start === "ready")
      .flatMap(({ plugin }) => plugin.constants ?? []);
  }

  started(): void {
    const late = this.#constantsOf.filter(
      ({ guard }) => guard.start === "starting" || (guard.start === "failed" && guard.failsClosed),
    );
    if (late.length === 0) return;
    this.#enrichers = [...late.map((each) => new LateConstants(each)), ...this.#enrichers];
    this.active = true;
  }

  enrich(record: RecordView): readonly object[] {
    if (this.#busy) return nothing;
    const enrichers = this.#enrichers;
    const found = this.#fields;
    let count = 0;
    this.#enricherFailed = false;
    this.#busy = true;
    try {
      for (let index = 0; index < enrichers.length; index += 1) {
        const fields = enrichers[index]?.fields(record);
        if (fields === undefined) continue;
        if (fields === failed) this.#enricherFailed = true;
        else found[count++] = fields;
      }
    } finally {
      this.#busy = false;
    }
    if (found.length !== count) found.length = count;
    return found;
  }

  admit(record: RecordView): Admission {
    if (this.#busy) return "keep";
    if (this.#enricherFailed) return "plugin-failed";
    const filters = this.#filters;
    this.#busy = true;
    try {
      for (let index = 0; index < filters.length; index += 1) {
        const answer = filters[index]?.ask(record);
        if (answer !== undefined && answer !== "keep") return answer;
      }
    } finally {
      this.#busy = false;
    }
    return "keep";
  }
}

/**
 * Joins the enrichers and filters of a logger family: each isolated, counted, and left alone while it keeps failing. A record that a plugin logs
 * itself while it works on another one passes without them, so a plugin that logs cannot loop.
 *
 * @example const caller = createCallerPlugins(enrichers, filters); if (caller.active && caller.admit(view) !== "keep") return;
 */
export function createCallerPlugins(
  enrichers: readonly Guarded<Enricher>[],
  filters: readonly Guarded<Filter>[],
): StartableCallerPlugins {
  return new CallerChain(enrichers, filters);
}

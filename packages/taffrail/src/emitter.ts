import type { Level, RecordView } from "@taffrail/contracts";
import { fieldsOf, readCall } from "./call.ts";
import { type Context, runningContext } from "./context.ts";
import type { LineEncoder } from "./encode/line.ts";
import type { Scope } from "./encode/scope.ts";
import { auditRank, rankOf } from "./level-cell.ts";
import type { CallerPlugins } from "./plugins/caller-plugins.ts";
import { CallView } from "./record-view.ts";
import type { Hold } from "./valves/hold.ts";

/** Where records go from the caller's side, with the account of them. Nothing here throws or waits. */
export interface Outlet {
  /** True when `routesOf` wants a view: some sink takes records by their fields. */
  readonly needsView: boolean;
  /** Bit mask of the sinks that want the record. */
  routesOf(rank: number, view?: RecordView): number;
  push(line: string, rank: number, routes: number): void;
  /** A record that a filter kept away. */
  filter(): void;
  /** A record that could not be encoded, or that a plugin failed on. */
  refuse(reason?: "encode-failed" | "plugin-failed"): void;
  /** A record that waits. */
  hold(): void;
}

/** A logger as the emitter sees it: the fields of its lines, and the rank of its level. */
export interface Source {
  scope: Scope;
  readonly rank: number;
}

export interface EmitterOptions {
  readonly encoder: LineEncoder;
  readonly outlet: Outlet;
  readonly plugins: CallerPlugins;
  /** `,"trace_id":…,"span_id":…` of the active span, or "". */
  readonly activeSpan: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Lets quiet records wait for the end of their request. */
  readonly hold:
    | {
        readonly lines: Hold;
        /** Rank of the records that let go of those that wait. */
        readonly triggerRank: number;
        /** What stands for the request of a context. */
        readonly keyOf: (context: Context) => object;
      }
    | undefined;
}

/** The one place where a call becomes a record. Whatever goes wrong here is counted, not thrown. */
export class Emitter {
  readonly #encoder: LineEncoder;
  readonly #outlet: Outlet;
  readonly #plugins: CallerPlugins;
  readonly #activeSpan: () => string;
  readonly #now: () => number;
  readonly #hold: EmitterOptions["hold"];
  readonly #needsView: boolean;

  constructor({ encoder, outlet, plugins, activeSpan, now, hold }: EmitterOptions) {
    this.#encoder = encoder;
    this.#outlet = outlet;
    this.#plugins = plugins;
    this.#activeSpan = activeSpan;
    this.#now = now;
    this.#hold = hold;
    this.#needsView = outlet.needsView;
  }

  /** One call of a level method; `surplus`: its arguments after the second. */
  emit(source: Source, rank: number, first: unknown, second: unknown, surplus: readonly unknown[] | undefined): void {
    try {
      if (typeof first === "string" && surplus === undefined) {
        this.#record(source, rank, first, second === undefined ? undefined : fieldsOf(second));
      } else {
        const { message, fields } = readCall(first, second, surplus ?? none);
        this.#record(source, rank, message, fields);
      }
    } catch {
      this.#outlet.refuse();
    }
  }

  #record(source: Source, rank: number, message: string, fields: object | undefined): void {
    const outlet = this.#outlet;
    const context = runningContext();
    if (this.#hold !== undefined && isLost(source, rank, context)) return;
    let scope = this.#scopeOf(source, context);
    const trace = this.#activeSpan() || (context?.trace ?? "");
    const time = this.#now();
    let routes: number;
    if (this.#plugins.active || this.#needsView) {
      const view = new CallView(rank, time, message, fields, context, source.scope, trace);
      if (this.#plugins.active) {
        scope = this.#enrich(scope, view);
        if (rank !== auditRank && !this.#admits(view)) return;
      }
      routes = outlet.routesOf(rank, view);
    } else routes = outlet.routesOf(rank);
    // What nobody wants need not be written.
    const line = routes === 0 ? "" : this.#encoder.encode(rank, time, message, fields, scope, trace);
    if (this.#hold === undefined || !this.#waits(source, line, rank, routes, context)) outlet.push(line, rank, routes);
  }

  /** A record of a plugin's own: it passes no enricher, filter or hold, so it cannot come back to where it was made. */
  emitPast(source: Source, level: Level, message: string, fields: object | undefined): void {
    const rank = rankOf[level];
    const routes = this.#outlet.needsView
      ? this.#outlet.routesOf(rank, this.#viewOf(source, rank, message, fields))
      : this.#outlet.routesOf(rank);
    try {
      const encoder = this.#encoder;
      const scope = encoder.fresh(source.scope);
      this.#outlet.push(encoder.encode(rank, this.#now(), message, fields, scope, ""), rank, routes);
    } catch {
      this.#outlet.refuse();
    }
  }

  #viewOf(source: Source, rank: number, message: string, fields: object | undefined): CallView {
    return new CallView(rank, this.#now(), message, fields, undefined, source.scope, "");
  }

  #scopeOf(source: Source, context: Context | undefined): Scope {
    const encoder = this.#encoder;
    if (source.scope.epoch !== encoder.epoch) source.scope = encoder.fresh(source.scope);
    return context === undefined ? source.scope : context.over(encoder, source.scope);
  }

  #enrich(scope: Scope, view: CallView): Scope {
    const added = this.#plugins.enrich(view);
    if (added.length === 0) return scope;
    view.enriched = added;
    return scope.enriched(added, this.#encoder);
  }

  #admits(view: CallView): boolean {
    const admission = this.#plugins.admit(view);
    if (admission === "keep") return true;
    if (admission === "filtered") this.#outlet.filter();
    else this.#outlet.refuse("plugin-failed");
    return false;
  }

  /** True when the line is taken in by the hold. A line of the trigger level lets go of those that wait, which then go first. */
  #waits(source: Source, line: string, rank: number, routes: number, context: Context | undefined): boolean {
    const hold = this.#hold;
    if (hold === undefined || context === undefined || (rank >= source.rank && rank < hold.triggerRank)) return false;
    // Nobody wants it: it need not wait for that. A trigger is one all the same.
    if (routes === 0 && rank < hold.triggerRank) return false;
    if (!hold.lines.offer({ line, rank, routes }, hold.keyOf(context))) return false;
    this.#outlet.hold();
    return true;
  }
}

const none: readonly unknown[] = [];

/** True for a record that is too quiet for its logger and has no request to wait for. */
function isLost(source: Source, rank: number, context: Context | undefined): boolean {
  return context === undefined && rank < source.rank;
}

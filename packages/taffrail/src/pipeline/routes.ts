import type { RecordView, Signal, Sink } from "@taffrail/contracts";
import type { LevelSetting } from "../level-cell.ts";
import type { BreakerPolicy } from "./breaker.ts";
import type { Overflow } from "./overflow.ts";
import { rankCount, thresholdRank } from "./ranks.ts";

/** Values of a field; a record matches when it has one of them. */
export type RouteMatch = Readonly<Record<string, unknown>>;

/** A sink and what holds for it alone. What is left out is as for the whole pipeline. */
export interface SinkRoute {
  readonly sink: Sink;
  /** Name in the ledger. Default: the name of its manifest, with `#2` and so on for the second. */
  readonly name?: string | undefined;
  /** Records below this level are filtered for this sink. Default: none are. */
  readonly level?: LevelSetting | undefined;
  /** Records whose fields have other values are filtered for this sink. */
  readonly match?: RouteMatch | undefined;
  /** Records for which it does not answer true are filtered for this sink. When it throws the record goes. */
  readonly when?: ((record: RecordView) => boolean) | undefined;
  /** Takes the batches that this sink gives up. */
  readonly fallback?: Sink | undefined;
  /** Its records wait on disk, not in memory. Needs spools. */
  readonly durable?: boolean | undefined;
  readonly bufferBytes?: number | undefined;
  readonly overflow?: Overflow | undefined;
  readonly retryForMs?: number | undefined;
  readonly writeTimeoutMs?: number | undefined;
  readonly breaker?: BreakerPolicy | false | undefined;
}

interface Predicate {
  readonly bit: number;
  readonly match: readonly (readonly [string, readonly unknown[]])[];
  readonly when: SinkRoute["when"];
}

function predicateOf({ match, when }: SinkRoute, index: number): Predicate | undefined {
  const fields = Object.entries(match ?? {}).map(
    ([field, values]) => [field, Array.isArray(values) ? values : [values]] as const,
  );
  return fields.length === 0 && when === undefined ? undefined : { bit: 1 << index, match: fields, when };
}

function wants({ match, when }: Predicate, view: RecordView): boolean {
  try {
    return (
      match.every(([field, values]) => values.includes(view.get(field))) && (when === undefined || when(view) === true)
    );
  } catch {
    // A predicate is a filter that fails open: what it cannot judge goes.
    return true;
  }
}

/**
 * True when a sink takes lines of this signal.
 *
 * @example takes(otlpSink({ url }), "traces") // true
 */
export function takes(sink: Sink, signal: Signal): boolean {
  return sink.signals === undefined ? signal === "logs" : sink.signals.includes(signal);
}

/** Which sinks want a record: bit i stands for sink i. */
export class Routes {
  /** Masks by rank: the sinks whose level lets it pass, before any look at its fields. */
  readonly byRank: number[];
  readonly #predicates: readonly Predicate[];
  readonly #signal: Signal;

  constructor(routes: readonly SinkRoute[], signal: Signal) {
    const mask = routes.reduce((bits, { sink }, index) => (takes(sink, signal) ? bits | (1 << index) : bits), 0);
    this.#signal = signal;
    this.byRank = new Array<number>(rankCount).fill(mask);
    this.#predicates = signal === "logs" ? routes.flatMap((route, index) => predicateOf(route, index) ?? []) : [];
    routes.forEach((route, index) => {
      this.setLevel(index, route.level, takes(route.sink, signal));
    });
  }

  /** True when a decision needs to look at the record. */
  get needsView(): boolean {
    return this.#predicates.length > 0;
  }

  /** The sinks that want a record. Without a view the fields are not looked at. */
  of(rank: number, view: RecordView | undefined): number {
    let mask = this.byRank[rank] ?? 0;
    if (view === undefined) return mask;
    for (const predicate of this.#predicates) {
      if ((mask & predicate.bit) !== 0 && !wants(predicate, view)) mask &= ~predicate.bit;
    }
    return mask;
  }

  /** Changes the least level of one sink. Levels are of logs only. */
  setLevel(index: number, level: LevelSetting | undefined, takesSignal = true): void {
    if (this.#signal !== "logs" || !takesSignal) return;
    const threshold = thresholdRank(level);
    for (let rank = 0; rank < rankCount; rank++) {
      const mask = this.byRank[rank] ?? 0;
      this.byRank[rank] = rank >= threshold ? mask | (1 << index) : mask & ~(1 << index);
    }
  }
}

import type { TaffrailError } from "@taffrail/contracts";
import type { SourceStats } from "./ingest.ts";
import type { Outcome } from "./job.ts";

/** Counters per source, being kept. */
export interface Counters {
  request(source: string, bodyBytes: number): void;
  fail(source: string, error: TaffrailError): void;
  accept(source: string, records: number): void;
  /** Counts what was refused and whose time was replaced; call it when the body's good records are durable. */
  note(source: string, outcome: Outcome): void;
  read(): Readonly<Record<string, SourceStats>>;
}

interface Mutable {
  requests: number;
  failed: Record<string, number>;
  accepted: number;
  rejected: Record<string, number>;
  bytes: number;
  timesReplaced: number;
}

/** Sources counted on their own; senders name them, so there must be an end. Later ones are counted together. */
const sourcesMax = 64;
const otherSources = "other";

function addTo(counts: Record<string, number>, code: string, count: number): void {
  counts[code] = (counts[code] ?? 0) + count;
}

/**
 * Opens counters.
 *
 * @example const counters = createCounters(); counters.accept("otlp", 512);
 */
export function createCounters(): Counters {
  const sources = new Map<string, Mutable>();

  function of(source: string): Mutable {
    const name = sources.has(source) || sources.size < sourcesMax ? source : otherSources;
    let counts = sources.get(name);
    if (!counts) {
      counts = { requests: 0, failed: {}, accepted: 0, rejected: {}, bytes: 0, timesReplaced: 0 };
      sources.set(name, counts);
    }
    return counts;
  }

  return {
    request(source, bodyBytes): void {
      const counts = of(source);
      counts.requests++;
      counts.bytes += bodyBytes;
    },
    fail(source, error): void {
      addTo(of(source).failed, error.code, 1);
    },
    accept(source, records): void {
      of(source).accepted += records;
    },
    note(source, outcome): void {
      const counts = of(source);
      counts.timesReplaced += outcome.timesReplaced;
      for (const [code, count] of Object.entries(outcome.refusals.counts)) addTo(counts.rejected, code, count);
    },
    read: () => structuredClone(Object.fromEntries(sources)),
  };
}

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Health, Signal } from "@taffrail/contracts";
import { createSpool } from "./file-spool.ts";
import type { Spool, SpoolState } from "./spool.ts";
import type { SpoolOptions } from "./spool-options.ts";

export interface SignalSpoolsOptions extends Omit<SpoolOptions, "signal"> {
  /** Signals that some durable sink takes. */
  readonly signals: readonly Signal[];
}

/** The spools of one logger family: each signal has one of its own, below the same directory. */
export interface SignalSpools {
  /** Signals whose spool is open. */
  readonly open: readonly Signal[];
  /**
   * The spool of a signal, opened when it is asked for first; undefined when no durable sink takes the signal, or when it could not be opened: that
   * is told, and shows in `health`. Never throws.
   */
  of(signal: Signal): Spool | undefined;
  /** Sums over all signals. */
  stats(): SpoolState;
  /** The worst of all. */
  health(): Health;
  /** As of one spool, for all. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const statuses: readonly Health["status"][] = ["healthy", "degraded", "unhealthy"];

/** Says whether some process left, or keeps, something for a signal. */
function hasSomething(dir: string, signal: Signal): boolean {
  try {
    return readdirSync(join(dir, signal)).length > 0;
  } catch {
    // There is no such directory, so nothing waits in it.
    return false;
  }
}

function sumOf(all: readonly SpoolState[]): SpoolState {
  const sum = (key: keyof SpoolState): number => all.reduce((total, state) => total + state[key], 0);
  // All signals put damaged files into the same place.
  const most = (key: keyof SpoolState): number => Math.max(0, ...all.map((state) => state[key]));
  return {
    records: sum("records"),
    bytes: sum("bytes"),
    limitBytes: sum("limitBytes"),
    segments: sum("segments"),
    quarantinedSegments: most("quarantinedSegments"),
    quarantinedBytes: most("quarantinedBytes"),
    heldRecords: sum("heldRecords"),
    tornTails: sum("tornTails"),
    adopted: sum("adopted"),
  };
}

/**
 * Opens the spool of the logs, and those of other signals for which an earlier process left something. The others are opened with their first line.
 * Throws `option_unknown`, `option_invalid`, and `spool_unusable` when the directory cannot be written.
 *
 * @example createSignalSpools({ dir: "/var/spool/app", signals: ["logs", "traces"] }).of("traces")?.append('{"resourceSpans":[]}\n', 2);
 */
export function createSignalSpools({ signals, ...options }: SignalSpoolsOptions): SignalSpools {
  const spools = new Map<Signal, Spool>();
  const failures = new Map<Signal, string>();
  let isClosed = false;
  const all = (): Spool[] => [...spools.values()];
  const wanted = signals.filter((signal) => signal === "logs" || hasSomething(options.dir, signal));
  try {
    for (const signal of wanted) spools.set(signal, createSpool({ ...options, signal }));
  } catch (error) {
    for (const spool of all()) void spool.close();
    throw error;
  }
  return {
    get open() {
      return [...spools.keys()];
    },
    of(signal) {
      const known = spools.get(signal);
      if (known !== undefined || isClosed || !signals.includes(signal) || failures.has(signal)) return known;
      try {
        const spool = createSpool({ ...options, signal });
        spools.set(signal, spool);
        return spool;
      } catch (error) {
        const sentence = `the spool for ${signal} cannot be opened, they wait in memory: ${String(error)}`;
        failures.set(signal, sentence);
        options.problem?.(sentence);
        return undefined;
      }
    },
    stats: () => sumOf(all().map((spool) => spool.stats())),
    health() {
      const healths = all().map((spool) => spool.health());
      for (const detail of failures.values()) healths.push({ status: "degraded", detail });
      return healths.reduce<Health>(
        (worst, health) => (statuses.indexOf(health.status) > statuses.indexOf(worst.status) ? health : worst),
        { status: "healthy" },
      );
    },
    async sync() {
      await Promise.all(all().map((spool) => spool.sync()));
    },
    async close() {
      isClosed = true;
      await Promise.all(all().map((spool) => spool.close()));
    },
  };
}

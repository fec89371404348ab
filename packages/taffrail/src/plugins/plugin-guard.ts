import type { Clock, Plugin, PluginKind } from "@taffrail/contracts";
import { createLatency, type Latency } from "../observe/latency.ts";
import type { PluginStats } from "../observe/stats.ts";

/** What a guard is given by the host. */
export interface GuardSurroundings {
  readonly clock: Clock;
  /** Tells a problem in a sentence that names the plugin. Told seldom. */
  readonly problem: (message: string) => void;
}

export type CallError = "throw" | "invalid" | "timeout";

/** Failures in a row after which a plugin is left alone. */
const failuresInRow = 20;
/** A call that takes longer than this is slow, in ms. */
const slowMs = 50;
/** Slow calls in a row after which a plugin is left alone. */
const slowInRow = 3;
/** How long a plugin is left alone before one call is tried, in ms. */
const probeAfterMs = 30_000;
/** One call of 64 is timed; after a slow one, every call is until one is quick again. */
const sampleMask = 63;

/**
 * Watches over one plugin: counts its calls and errors, times some of them, leaves it alone for a while when it keeps failing or is slow, and
 * tells about that once. A class with plain fields, since its methods stand on the caller's side of every record.
 */
export class PluginGuard {
  readonly name: string;
  readonly kind: PluginKind;
  readonly plugin: Plugin;
  readonly failsClosed: boolean;
  /** Why the plugin is not called now; undefined while it works. */
  halted: string | undefined;
  /** How its start went, so far; the plugin's later failures do not change it. */
  start: "ready" | "starting" | "failed" = "ready";
  calls = 0;
  /** Records that it filtered, or that were dropped because it failed. */
  filtered = 0;
  readonly #clock: Clock;
  readonly #problem: (message: string) => void;
  readonly #latency: Latency = createLatency();
  readonly #errors: Record<string, number> = {};
  /** True when the last call failed or was slow, or the next one is a trial. */
  #watched = false;
  #failures = 0;
  #slow = 0;
  /** Monotonic time of the next trial call; infinity for a plugin that never started. */
  #probeAt = Number.POSITIVE_INFINITY;
  #told = false;

  constructor(plugin: Plugin, name: string, { clock, problem }: GuardSurroundings) {
    this.plugin = plugin;
    this.name = name;
    this.kind = plugin.manifest.kind;
    this.failsClosed = this.kind === "redactor" || plugin.manifest.failMode === "closed";
    this.#clock = clock;
    this.#problem = (message) => problem(`${this.kind} ${name} ${message}`);
  }

  /** Counts a call and says when it began, or -1 for a call that is not timed. */
  begin(): number {
    this.calls += 1;
    return this.#watched || (this.calls & sampleMask) === 1 ? this.#clock.monotonic() : -1;
  }

  /** The call that began then has succeeded. To be called for timed calls; others need it only while `watched`. */
  end(began: number): void {
    const took = this.#clock.monotonic() - began;
    this.#latency.record(took / 1000);
    this.#failures = 0;
    if (took <= slowMs) {
      this.#slow = 0;
      this.#recover();
      return;
    }
    this.#watched = true;
    this.#slow += 1;
    if (this.#slow >= slowInRow || this.halted !== undefined)
      this.#suspend(`was slow ${slowInRow} times in a row (${took.toFixed(0)} ms)`);
  }

  /** A call has failed. */
  fail(kind: CallError, error: unknown): void {
    this.count(kind);
    this.#watched = true;
    this.#failures += 1;
    if (this.#failures >= failuresInRow || this.halted !== undefined) {
      this.#suspend(`failed ${failuresInRow} times in a row (${describeThrown(error)})`);
    } else if (!this.#told) {
      this.#told = true;
      this.#problem(`failed: ${describeThrown(error)}`);
    }
  }

  /** Counts an error that is not one of a record's call. */
  count(kind: CallError): void {
    this.#errors[kind] = (this.#errors[kind] ?? 0) + 1;
  }

  /** True when a plugin that is left alone may be tried with this call. */
  mayProbe(): boolean {
    return this.#clock.monotonic() >= this.#probeAt;
  }

  /** Leaves the plugin alone until `resume`, if ever: it has not started yet, or could not. */
  halt(why: string): void {
    this.halted = why;
    this.#probeAt = Number.POSITIVE_INFINITY;
  }

  resume(): void {
    this.halted = undefined;
  }

  tell(message: string): void {
    this.#problem(message);
  }

  stats(): PluginStats {
    return {
      name: this.name,
      kind: this.kind,
      calls: this.calls,
      errors: { ...this.#errors },
      latency: this.#latency.read(),
      health: this.#health(),
      filtered: this.filtered,
      suspended: this.halted !== undefined,
    };
  }

  #health(): PluginStats["health"] {
    if (this.halted !== undefined) return { status: "unhealthy", detail: `left out: it ${this.halted}` };
    try {
      return this.plugin.health?.() ?? { status: "healthy" };
    } catch (error) {
      return { status: "unhealthy", detail: `health failed: ${describe(error)}` };
    }
  }

  #suspend(why: string): void {
    if (this.kind === "redactor") {
      // Without it secrets would pass, or everything would be masked: it works on.
      if (!this.#told) this.#problem(`${why}; it works on, as a redactor must`);
      this.#told = true;
      return;
    }
    const first = this.halted === undefined;
    this.halted = why;
    this.#probeAt = this.#clock.monotonic() + probeAfterMs;
    const until = `it is left out and tried again every ${probeAfterMs / 1000} s`;
    if (first) this.#problem(`${why}; ${until}${this.failsClosed ? "; its records are dropped meanwhile" : ""}`);
  }

  #recover(): void {
    this.#watched = false;
    if (this.halted === undefined) return;
    this.halted = undefined;
    this.#told = false;
    this.#problem("works again");
  }
}

/** An answer of a plugin that is none; the message is ours. */
export class OddAnswer extends Error {}

/** Characters of a stack that are looked at for a place, and those that a place may have. */
const stackCharacters = 8192;
const placeCharacters = 512;
const frame = /^ +at (.*)$/gm;
const place = /([^\s(]+:\d+:\d+)\)?$/;

/** Where an error came from: the place that the first line with one names. Each line is cut to its end first: the search is slow on a long one. */
function placeOf(stack: string): string | undefined {
  for (const [, line = ""] of stack.slice(0, stackCharacters).matchAll(frame)) {
    const found = place.exec(line.slice(-placeCharacters))?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * What a plugin threw while it worked on a record, in a few words. Its message is not shown: it may quote the record, which is not redacted yet.
 *
 * @example describeThrown(new TypeError("secret")) // "TypeError at file:///app/geo.mjs:12:5"
 */
export function describeThrown(error: unknown): string {
  try {
    if (error instanceof OddAnswer) return error.message;
    if (!(error instanceof Error)) return `it threw a ${typeof error}`;
    const where = placeOf(error.stack ?? "");
    return where === undefined ? error.name : `${error.name} at ${where}`;
  } catch {
    return "an error that cannot be read";
  }
}

/** An error of a plugin's start or end in a few words. */
export function describe(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error).slice(0, 200);
  } catch {
    return "an error that cannot be read";
  }
}

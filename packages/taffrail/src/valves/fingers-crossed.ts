import { type Clock, type Level, levels } from "@taffrail/contracts";
import { rankOf } from "../level-cell.ts";
import { isInteger, isOneOf, type OptionChecks } from "../options/check-options.ts";
import type { HeldLine, Hold } from "./hold.ts";
import { checkValve, createAlarm } from "./valve.ts";
import { WaitingLines, type WaitingTotal } from "./waiting-lines.ts";

export interface FingersCrossedOptions {
  /** Level of a line that lets go of those that wait for its request. Default error. */
  readonly trigger?: Level;
  /** Lines from this level up and below the level of their logger wait; those that the logger shows anyway go on at once. Default debug. */
  readonly level?: Level;
  /** Lines that wait, for each request; the oldest is filtered when there are more. Default 1000. */
  readonly maxRecords?: number;
  /** Memory of the lines that wait, for all requests together, in bytes (their characters and 64 for each). Default 4 MiB. */
  readonly maxBytes?: number;
  /** How long lines wait for the end of a request that is never told, in ms. Default 60,000. */
  readonly maxAgeMs?: number;
}

/** What becomes of lines that waited. */
export interface HoldEffects {
  readonly clock: Clock;
  /** The line goes on now. */
  readonly release: (line: HeldLine) => void;
  /** So many lines that were taken in are filtered. */
  readonly filtered: (records: number) => void;
}

const checks: OptionChecks = {
  trigger: isOneOf(levels),
  level: isOneOf(levels),
  maxRecords: isInteger(1, 1_000_000),
  maxBytes: isInteger(1024, 2 ** 50),
  maxAgeMs: isInteger(1, 86_400_000),
};
/** Audit lines rank above every level; they never wait, and say nothing about whether a request failed. */
const auditRank = rankOf.fatal + 1;

/** What is known of a request. It must not hold the context, or the context could never be found to have ended. */
interface Request {
  readonly waiting: WaitingLines;
  /** Monotonic time of the oldest line that waits. */
  since: number;
  /** The trigger came: nothing of the request waits any more. */
  failed: boolean;
}

/** The state behind `createHold`. A class: `offer` runs for every line. */
class RequestHold implements Hold {
  readonly #effects: HoldEffects;
  readonly #bounds: { readonly maxRecords: number; readonly maxBytes: number; readonly maxAgeMs: number };
  readonly #triggerRank: number;
  readonly #lowestRank: number;
  readonly #requests = new WeakMap<object, Request>();
  readonly #collected = new FinalizationRegistry<Request>((request) => this.#forget(request));
  /** Requests with lines that wait, the longest waiting first. */
  readonly #order = new Set<Request>();
  readonly #total: WaitingTotal = { lines: 0, bytes: 0 };
  readonly #alarm = createAlarm(() => this.#forgetAged());

  constructor(options: FingersCrossedOptions, effects: HoldEffects) {
    const {
      trigger = "error",
      level = "debug",
      maxRecords = 1000,
      maxBytes = 4 * 1024 * 1024,
      maxAgeMs = 60_000,
    } = options;
    this.#effects = effects;
    this.#bounds = { maxRecords, maxBytes, maxAgeMs };
    this.#triggerRank = rankOf[trigger];
    this.#lowestRank = rankOf[level];
  }

  get pending(): number {
    return this.#total.lines;
  }

  offer(line: HeldLine, context: object | undefined): boolean {
    if (context === undefined || line.rank === auditRank) return false;
    if (line.rank >= this.#triggerRank) {
      this.#letGo(this.#requestOf(context));
      return false;
    }
    if (line.rank < this.#lowestRank) return false;
    const request = this.#requestOf(context);
    if (request.failed) return false;
    this.#keep(request, line);
    return true;
  }

  end(context: object): void {
    const request = this.#requests.get(context);
    if (request === undefined) return;
    this.#requests.delete(context);
    this.#forget(request);
  }

  endAll(): void {
    this.#alarm.clear();
    for (const request of this.#order) this.#forget(request);
  }

  #requestOf(context: object): Request {
    const known = this.#requests.get(context);
    if (known !== undefined) return known;
    const request: Request = { waiting: new WaitingLines(), since: 0, failed: false };
    this.#requests.set(context, request);
    this.#collected.register(context, request);
    return request;
  }

  #letGo(request: Request): void {
    request.failed = true;
    this.#order.delete(request);
    for (const line of request.waiting.take(this.#total)) this.#effects.release(line);
  }

  #keep(request: Request, line: HeldLine): void {
    const { maxRecords, maxBytes, maxAgeMs } = this.#bounds;
    if (request.waiting.size === 0) {
      request.since = this.#effects.clock.monotonic();
      this.#order.add(request);
      this.#alarm.set(maxAgeMs);
    }
    request.waiting.add(line, this.#total);
    if (request.waiting.size > maxRecords) this.#dropOldest(request);
    while (this.#total.bytes > maxBytes) {
      const [oldest] = this.#order;
      this.#dropOldest(oldest ?? request);
    }
  }

  #dropOldest(request: Request): void {
    if (request.waiting.dropOldest(this.#total)) this.#effects.filtered(1);
    if (request.waiting.size === 0) this.#order.delete(request);
  }

  #forget(request: Request): void {
    this.#order.delete(request);
    const { length } = request.waiting.take(this.#total);
    if (length > 0) this.#effects.filtered(length);
  }

  #forgetAged(): void {
    const now = this.#effects.clock.monotonic();
    for (const request of this.#order) {
      const leftMs = request.since + this.#bounds.maxAgeMs - now;
      if (leftMs > 0) {
        this.#alarm.set(leftMs);
        return;
      }
      this.#forget(request);
    }
  }
}

/**
 * Makes a hold. The end of a request is known from `end(context)`, from the context being collected as garbage, or at last from its age, so lines
 * never wait for ever. Throws `option_unknown` and `option_invalid`.
 *
 * @example const hold = createHold({ trigger: "error" }, { clock, release: (held) => push(held), filtered: (records) => book.filter(records) });
 */
export function createHold(options: FingersCrossedOptions, effects: HoldEffects): Hold {
  checkValve("fingersCrossed", options, checks);
  return new RequestHold(options, effects);
}

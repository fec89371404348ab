import { type Level, levels } from "@taffrail/contracts";
import type { Redaction } from "../redact/redaction.ts";
import { FieldWriter } from "./field-writer.ts";
import type { EncodeLimits } from "./limits.ts";
import { type Budget, Place } from "./place.ts";
import { isPolluted } from "./plain.ts";
import { encodeFields, joinFields, Scope } from "./scope.ts";
import { Names, type Slot } from "./slot.ts";
import { TailCache } from "./tail.ts";
import { TextWriter } from "./text.ts";
import { createTimestampFormatter } from "./timestamp.ts";

/** Places and keys of shapes that a family remembers, together; when they are used up it begins anew. */
const shapesMax = 8192;

/** Levels of lines by rank; audit records are lines of level info. */
const rankLevels: readonly Level[] = [...levels, "info"];
const ranks = rankLevels.length;

/** Everything that holds for one version of the redaction rules and one filling of the caches. */
interface Rules {
  readonly version: number;
  readonly epoch: number;
  readonly budget: Budget;
  readonly place: Place;
  readonly names: Names;
  readonly writer: TextWriter;
  readonly fields: FieldWriter;
  readonly tails: TailCache;
  /** Names of scopes that were made the careful way, by the names themselves. */
  readonly known: Map<string, Names>;
}

/**
 * Turns calls into lines: `{"time":"…","level":"info","service":"checkout",<scope>,<fields>,<trace>,"msg":"order placed"}` and a line feed. It owns
 * the caches that make this cheap; all of them are bounded.
 */
export class LineEncoder {
  readonly #service: string;
  readonly #limits: EncodeLimits;
  readonly #redaction: Redaction;
  readonly #timestamp = createTimestampFormatter();
  #rules: Rules;
  #time = Number.NaN;
  /** Counts milliseconds in which something was logged, in steps of the number of ranks. */
  #stamp = 0;
  #heads: string[] = [];
  #starts: readonly string[] = [];

  constructor(service: string, limits: EncodeLimits, redaction: Redaction) {
    this.#service = service;
    this.#limits = limits;
    this.#redaction = redaction;
    this.#rules = this.#makeRules(undefined);
  }

  /** Changes when scopes have to be made anew (`fresh`). To be read before each `encode`. */
  get epoch(): number {
    return this.#current().epoch;
  }

  /** The scope with nothing in it. */
  get emptyScope(): Scope {
    return new Scope("", this.#rules.names, this.#rules.epoch);
  }

  /**
   * One line. `time`: milliseconds since 1970. `trace`: `,"trace_id":…,"span_id":…`, or ""; left out when the user's own fields name a trace.
   * Throws RangeError for a time that has no date, and nothing else.
   */
  encode(rank: number, time: number, message: string, fields: object | undefined, scope: Scope, trace: string): string {
    const rules = this.#rules;
    const tail = rules.tails.tailOf(message);
    if (fields === undefined) {
      const ids = trace === "" || scope.names.namesTrace ? "" : trace;
      return this.#prefix(scope, rank, time) + ids + tail;
    }
    let text: string | undefined;
    try {
      text = isPolluted() ? undefined : rules.fields.write(fields, scope.names.root);
    } catch {
      // A getter threw: the careful way reads each field on its own.
    }
    if (text === undefined) return this.#carefully(rules, rank, time, fields, scope, trace) + tail;
    const { leaf } = rules.fields;
    // What a field with nothing to show would replace stays: only the careful way sees that.
    const isSpecial = leaf.replaced.length > 0 || leaf.namesTrace;
    if (isSpecial && rules.fields.skipped > 0) return this.#carefully(rules, rank, time, fields, scope, trace) + tail;
    const under = leaf.replaced.length > 0 ? scope.without(leaf.replaced) : scope;
    return this.#prefix(under, rank, time) + text + (trace === "" || leaf.namesTrace ? "" : trace) + tail;
  }

  /** Adds fields to a scope, encoded now: of two fields with one name the new one stays. */
  extend(scope: Scope, fields: object): Scope {
    const rules = this.#current();
    const fresh = this.fresh(scope);
    try {
      const text = isPolluted() ? undefined : rules.fields.write(fields, fresh.names.root);
      if (text === "") return fresh;
      const { leaf, skipped } = rules.fields;
      const isWithin = text !== undefined && fresh.text.length + text.length <= this.#limits.lineLength;
      if (isWithin && skipped === 0 && leaf.replaced.length === 0 && this.#fits(leaf)) {
        return new Scope(fresh.text + text, leaf.namesAfter(rules.place), rules.epoch);
      }
    } catch {
      // As in `encode`.
    }
    const input = { limits: this.#limits, writer: rules.writer, place: rules.place, used: fresh.text.length };
    const room = this.#limits.keys - fresh.names.list.length;
    const merged = new Map([...fresh.fields, ...encodeFields(fields, { ...input, room })]);
    return this.#scopeOf(merged, rules);
  }

  /** The scope as the present rules make it; the scope itself as long as nothing changed. */
  fresh(scope: Scope): Scope {
    const rules = this.#current();
    if (scope.epoch === rules.epoch) return scope;
    // Values were encoded under older rules: what those masked stays masked, and the new rules are asked about the rest.
    const input = { limits: this.#limits, writer: rules.writer, place: rules.place, used: 0, room: this.#limits.keys };
    return this.#scopeOf(encodeFields(scope.values, input), rules);
  }

  #fits(leaf: Slot): boolean {
    return leaf.namesAfter(this.#rules.place).list.length <= this.#limits.keys;
  }

  #scopeOf(fields: ReadonlyMap<string, string>, rules: Rules): Scope {
    const list = [...fields.keys()];
    const key = JSON.stringify(list);
    const names = rules.known.get(key) ?? new Names(list, rules.place, this.#limits.keys);
    if (rules.budget.left > 0) rules.known.set(key, names);
    rules.budget.left -= 1;
    return new Scope(joinFields(fields), names, rules.epoch, fields);
  }

  #carefully(
    { writer, place }: Rules,
    rank: number,
    time: number,
    fields: object,
    scope: Scope,
    trace: string,
  ): string {
    const limits = this.#limits;
    const input = { limits, writer, place, used: scope.text.length, room: limits.keys };
    const merged = new Map([...scope.fields, ...encodeFields(fields, input)]);
    const ids = trace === "" || merged.has("trace_id") || merged.has("span_id") ? "" : trace;
    return this.#head(rank, time) + joinFields(merged) + ids;
  }

  #prefix(scope: Scope, rank: number, time: number): string {
    if (time !== this.#time) this.#tick(time);
    const stamp = this.#stamp + rank;
    if (scope.prefixStamp !== stamp) {
      scope.prefix = this.#head(rank, time) + scope.text;
      scope.prefixStamp = stamp;
    }
    return scope.prefix;
  }

  /** The beginning of a line; within one millisecond it is the same for all lines of a level. */
  #head(rank: number, time: number): string {
    if (time !== this.#time) this.#tick(time);
    return this.#heads[rank] ?? "";
  }

  #tick(time: number): void {
    const start = `{"time":"${this.#timestamp(time)}","level":"`;
    this.#heads = this.#starts.map((rest) => start + rest);
    this.#time = time;
    this.#stamp += ranks;
  }

  #current(): Rules {
    const rules = this.#rules;
    if (rules.version !== this.#redaction.version || rules.budget.left <= 0) {
      this.#rules = this.#makeRules(rules);
    }
    return this.#rules;
  }

  #makeRules(before: Rules | undefined): Rules {
    const redaction = this.#redaction;
    const { version } = redaction;
    const budget = { left: shapesMax };
    const place = new Place([], redaction, budget);
    const names = new Names([], place, this.#limits.keys);
    // What is known of texts depends on the rules alone, not on shapes.
    const isSame = before?.version === version;
    const writer = isSame ? before.writer : new TextWriter(this.#limits.stringLength, redaction);
    const tails = isSame ? before.tails : new TailCache(writer);
    const fields = new FieldWriter(this.#limits, writer, budget, names.root);
    const service = writer.quote(this.#service);
    this.#starts = rankLevels.map((level) => `${level}","service":${service}`);
    this.#time = Number.NaN;
    return { version, epoch: (before?.epoch ?? 0) + 1, budget, place, names, writer, fields, tails, known: new Map() };
  }
}

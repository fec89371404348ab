import { type Level, levels, type RecordView } from "@taffrail/contracts";
import type { Context } from "./context.ts";
import type { Scope } from "./encode/scope.ts";
import { readProperty } from "./encode/value.ts";
import { auditRank } from "./level-cell.ts";

type Values = Readonly<Record<string, unknown>>;

const traceIdAt = ',"trace_id":"'.length;
const traceIdLength = 32;

function has(fields: object, name: string): boolean {
  try {
    return Object.hasOwn(fields, name);
  } catch {
    return false;
  }
}

/** A record as plugins see it. A class with getters, since most plugins look at one or two things only. */
export class CallView implements RecordView {
  readonly #rank: number;
  readonly #time: number;
  readonly #message: string;
  readonly #fields: object | undefined;
  readonly #context: Context | undefined;
  readonly #scope: Scope;
  readonly #trace: string;
  #enriched: readonly object[] | undefined = undefined;

  /**
   * One after the other, since one is made for every record that a plugin sees. `scope`: fields of the logger and its parents; `trace`:
   * `,"trace_id":"…","span_id":"…"`, or "".
   */
  constructor(
    rank: number,
    time: number,
    message: string,
    fields: object | undefined,
    context: Context | undefined,
    scope: Scope,
    trace: string,
  ) {
    this.#rank = rank;
    this.#time = time;
    this.#message = message;
    this.#fields = fields;
    this.#context = context;
    this.#scope = scope;
    this.#trace = trace;
  }

  get level(): Level {
    return levels[this.#rank] ?? "info";
  }

  get audit(): boolean {
    return this.#rank === auditRank;
  }

  get time(): number {
    return this.#time;
  }

  get message(): string {
    return this.#message;
  }

  get fields(): Values | undefined {
    return this.#fields as Values | undefined;
  }

  get context(): Values | undefined {
    return this.#context?.fields;
  }

  get traceId(): string | undefined {
    const own = this.get("trace_id");
    if (own !== undefined) return typeof own === "string" ? own : undefined;
    const trace = this.#trace;
    return trace === "" ? undefined : trace.slice(traceIdAt, traceIdAt + traceIdLength);
  }

  /** Lets `get` find what enrichers gave, too. */
  set enriched(fields: readonly object[]) {
    this.#enriched = fields;
  }

  get(name: string): unknown {
    const fields = this.#fields;
    const context = this.#context;
    const scope = this.#scope;
    if (fields !== undefined && has(fields, name)) return readProperty(fields, name);
    const enriched = this.#enriched?.findLast((added) => has(added, name));
    if (enriched !== undefined) return readProperty(enriched, name);
    if (context !== undefined && has(context.fields, name)) return context.fields[name];
    return scope.names.set.has(name) ? scope.values[name] : undefined;
  }
}

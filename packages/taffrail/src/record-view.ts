import { type Level, levels, type RecordView } from "@taffrail/contracts";
import type { Context } from "./context.ts";
import type { Scope } from "./encode/scope.ts";
import { readProperty } from "./encode/value.ts";
import { auditRank } from "./level-cell.ts";

type Values = Readonly<Record<string, unknown>>;

/** What is known of a call when somebody wants to look at it. */
export interface ViewInput {
  readonly rank: number;
  readonly time: number;
  readonly message: string;
  readonly fields: object | undefined;
  readonly context: Context | undefined;
  /** Fields of the logger and its parents. */
  readonly scope: Scope;
  /** `,"trace_id":"…","span_id":"…"`, or "". */
  readonly trace: string;
}

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
  readonly #input: ViewInput;
  #enriched: readonly object[] | undefined = undefined;

  constructor(input: ViewInput) {
    this.#input = input;
  }

  get level(): Level {
    return levels[this.#input.rank] ?? "info";
  }

  get audit(): boolean {
    return this.#input.rank === auditRank;
  }

  get time(): number {
    return this.#input.time;
  }

  get message(): string {
    return this.#input.message;
  }

  get fields(): Values | undefined {
    return this.#input.fields as Values | undefined;
  }

  get context(): Values | undefined {
    return this.#input.context?.fields;
  }

  get traceId(): string | undefined {
    const own = this.get("trace_id");
    if (own !== undefined) return typeof own === "string" ? own : undefined;
    const { trace } = this.#input;
    return trace === "" ? undefined : trace.slice(traceIdAt, traceIdAt + traceIdLength);
  }

  /** Lets `get` find what enrichers gave, too. */
  set enriched(fields: readonly object[]) {
    this.#enriched = fields;
  }

  get(name: string): unknown {
    const { fields, context, scope } = this.#input;
    if (fields !== undefined && has(fields, name)) return readProperty(fields, name);
    const enriched = this.#enriched?.findLast((added) => has(added, name));
    if (enriched !== undefined) return readProperty(enriched, name);
    if (context !== undefined && has(context.fields, name)) return context.fields[name];
    return scope.names.set.has(name) ? scope.values[name] : undefined;
  }
}

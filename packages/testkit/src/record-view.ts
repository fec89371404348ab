import { type EncodedRecord, type Level, levels, type RecordView } from "@taffrail/contracts";

/** What a made record is to have; the rest is plain. */
export interface RecordViewOptions {
  readonly level?: Level;
  readonly message?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
  /** Fields of the logger. */
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly traceId?: string;
  readonly audit?: boolean;
  /** Milliseconds since 1970. */
  readonly time?: number;
}

const morning = Date.UTC(2026, 10, 22, 9);

/**
 * Makes a record as filters and enrichers see it, for tests of plugins.
 *
 * @example myFilter().keep(recordView({ level: "warn", fields: { path: "/health" } }))
 */
export function recordView(options: RecordViewOptions = {}): RecordView {
  const { fields, context, bindings, traceId } = options;
  const layers = [fields, context, bindings];
  return {
    level: options.level ?? "info",
    audit: options.audit ?? false,
    time: options.time ?? morning,
    message: options.message ?? "order placed",
    fields,
    context,
    traceId,
    get: (name) => layers.find((layer) => layer !== undefined && Object.hasOwn(layer, name))?.[name],
  };
}

/** Characters that careless code breaks on. */
export const awkwardText = 'quotes " and \\ and \u2028, tabs \t, 漢字, 😀, \u0000 and a lone \ud800';

/** Freezes a value and all in it, so that changing any of it throws. */
function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const key of Reflect.ownKeys(value)) {
      const { value: inner } = Object.getOwnPropertyDescriptor(value, key) ?? {};
      deepFreeze(inner);
    }
  }
  return value;
}

/** The records that a plugin on the caller's side must take, each frozen to its ground: of all levels, bare, full, deep, cyclic, hostile. */
export function awkwardRecords(): readonly RecordView[] {
  const cycle: Record<string, unknown> = { name: "cycle" };
  cycle.self = cycle;
  let deep: Record<string, unknown> = {};
  for (let depth = 0; depth < 200; depth += 1) deep = { deep };
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, index]));
  const hostile = {
    get broken() {
      throw new Error("this getter throws");
    },
  };
  const odd = { nothing: null, missing: undefined, big: 10n, symbol: Symbol("odd"), call: () => 1, date: new Date(0) };
  const context = { requestId: "r-17" };
  const views = [
    ...levels.map((level) => recordView({ level, fields: { orderId: 42, user: { id: "u-1" } } })),
    ...[undefined, {}, cycle, deep, wide, hostile, odd, Object.create(null) as Record<string, unknown>].map((fields) =>
      recordView(fields === undefined ? {} : { fields }),
    ),
    recordView({ message: "" }),
    recordView({ message: awkwardText, fields: { [awkwardText]: awkwardText } }),
    recordView({ message: "long ".repeat(40_000) }),
    recordView({ context, traceId: "0af7651916cd43dd8448eb211c80319c" }),
    recordView({
      context,
      bindings: { module: "orders" },
      level: "error",
      fields: { err: new Error("card declined") },
    }),
    recordView({ time: 0 }),
  ];
  return views.map(deepFreeze);
}

/** Encoded lines that a plugin in the background must take, each frozen: of all levels, bare, awkward, long, audit. */
export function awkwardLines(): readonly EncodedRecord[] {
  const head = { time: "2026-11-22T09:00:00.000Z", service: "suite" };
  const lineOf = (level: Level, more: object): string => `${JSON.stringify({ ...head, level, ...more })}\n`;
  const records: EncodedRecord[] = [
    ...levels.map((level) => ({ level, line: lineOf(level, { msg: "order placed", orderId: 42 }) })),
    { level: "info", line: lineOf("info", {}) },
    { level: "info", line: lineOf("info", { msg: "" }) },
    { level: "info", line: lineOf("info", { msg: awkwardText.slice(0, -1), [`odd ${awkwardText.slice(0, -1)}`]: 1 }) },
    { level: "info", line: lineOf("info", { msg: "deep", a: { b: { c: [1, "x", null, { d: true }] } } }) },
    { level: "info", line: lineOf("info", { msg: "long ".repeat(40_000) }) },
    { level: "error", line: lineOf("error", { msg: "failed", err: { type: "Error", stack: "Error: x\n    at y" } }) },
    { level: "info", audit: true, line: lineOf("info", { audit: true, msg: "password changed" }) },
  ];
  return records.map((record) => Object.freeze(record));
}

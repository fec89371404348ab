import { type Sink, TaffrailError } from "@taffrail/contracts";
import {
  checkNested,
  isBoolean,
  isFunction,
  isObject,
  isText,
  type OptionCheck,
  type OptionChecks,
} from "./check-options.ts";
import { deliveryChecks } from "./delivery-checks.ts";
import { checksOf, nestedDefinitions } from "./nested-definitions.ts";
import { isLevelSetting } from "./option-hints.ts";
import type { BreakerOptions, ResolvedOptions, ResolvedRoute, SinkEntry, SinkSpec } from "./option-types.ts";
import { makeSink, sinkTypes } from "./sink-types.ts";

const isSink = (value: unknown): value is Sink =>
  typeof value === "object" && value !== null && typeof (value as Partial<Sink>).write === "function";

const isSpec = (value: unknown): value is SinkSpec =>
  typeof value === "object" && value !== null && typeof (value as Partial<SinkSpec>).type === "string";

/** A stream of Node.js has a `write` too. */
const isStream = (value: unknown): boolean =>
  isSink(value) && value.manifest === undefined && typeof (value as { readonly on?: unknown }).on === "function";

/** What is wrong with an entry, in words. */
function faultOf(entry: unknown): string {
  if (isStream(entry)) return "is a stream; standard output is consoleSink(), a file is fileSink({ path })";
  if (typeof entry === "function") return "is a function; call it, as in consoleSink()";
  return "is neither a sink nor { sink, level, … }";
}

const isEntry = (value: unknown): value is SinkEntry => isSink((value as Partial<SinkEntry> | null)?.sink);

/** The form of a list of sinks, wherever it comes from; the entries are checked when they are resolved. */
export const isSinkList: OptionCheck = (value) => {
  if (!Array.isArray(value)) return "it must be a list of sinks";
  const known = (entry: unknown) =>
    (isSink(entry) && !isStream(entry)) || isEntry(entry) || isSpec(entry) || typeof entry === "string";
  const wrong = value.findIndex((entry) => !known(entry));
  return wrong === -1 ? undefined : `entry ${wrong} ${faultOf(value[wrong])}`;
};

const isMatchValue = (value: unknown): boolean =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

const isMatch: OptionCheck = (value) =>
  isObject(value) ??
  (Object.values(value as object).every((wanted) => (Array.isArray(wanted) ? wanted : [wanted]).every(isMatchValue))
    ? undefined
    : "it must be an object of fields and their wanted values");

const isSinkValue: OptionCheck = (value) => (isSink(value) ? undefined : "it must be a sink");

/** Checks of one entry of `sinks`, beside the sink itself. */
export const entryChecks = {
  sink: isSinkValue,
  name: isText,
  level: isLevelSetting,
  match: isMatch,
  when: isFunction,
  fallback: isSinkValue,
  durable: isBoolean,
  ...deliveryChecks,
} as const satisfies OptionChecks;

/** Where an entry stands, for messages. */
interface Place {
  readonly where: string;
  readonly key: string;
}

function invalid({ where, key }: Place, reason: string): TaffrailError {
  return new TaffrailError("option_invalid", { where, key, reason });
}

function checkEntry(entry: Readonly<Record<string, unknown>>, place: Place): void {
  checkNested(entry, place, entryChecks);
  checkNested(entry.breaker, { where: place.where, key: `${place.key}.breaker` }, checksOf(nestedDefinitions.breaker));
}

/** Makes the sink of a spec and of its fallback; `made` collects them, so that they can be closed if a later one fails. */
function fromSpec(spec: SinkSpec, place: Place, made: Sink[]): SinkEntry {
  const { type, ...rest } = spec;
  if (!Object.hasOwn(sinkTypes, type)) {
    throw invalid({ ...place, key: `${place.key}.type` }, `it must be one of ${Object.keys(sinkTypes).join(", ")}`);
  }
  const isRouteKey = (key: string) => Object.hasOwn(entryChecks, key) && key !== "sink" && key !== "when";
  const pairs = Object.entries(rest);
  const route: Record<string, unknown> = Object.fromEntries(pairs.filter(([key]) => isRouteKey(key)));
  if (route.fallback !== undefined) {
    const inner = { ...place, key: `${place.key}.fallback` };
    if (!isSpec(route.fallback)) throw invalid(inner, "it must be an object with a type");
    route.fallback = fromSpec(route.fallback, inner, made).sink;
  }
  checkEntry(route, place);
  const sink = makeSink(type, Object.fromEntries(pairs.filter(([key]) => !isRouteKey(key))), place);
  made.push(sink);
  return { ...route, sink };
}

/**
 * Brings a list of sinks into one form and makes those that are given as data (`specs`: allowed at this place). Nothing stays open when it throws.
 * Throws `option_unknown` and `option_invalid` with the place.
 *
 * @example readEntries(["console"], { where: "environment", key: "TAFFRAIL_SINKS" }, true)
 */
export function readEntries(list: readonly unknown[], place: Place, specs: boolean): readonly SinkEntry[] {
  const made: Sink[] = [];
  try {
    return list.map((entry, index) => {
      const here = { where: place.where, key: `${place.key}[${index}]` };
      if (isSink(entry)) return { sink: entry };
      if (isEntry(entry)) {
        checkEntry({ ...entry }, here);
        return entry;
      }
      if (!specs) throw invalid(here, "it must be a sink or { sink, level, … }");
      return fromSpec(typeof entry === "string" ? { type: entry } : (entry as SinkSpec), here, made);
    });
  } catch (error) {
    closeAll(made);
    throw error;
  }
}

/** Closes sinks that were made for a logger that is not to be. */
export function closeAll(sinks: readonly Sink[]): void {
  // What a sink cannot close cannot be helped here; the error that is thrown next is the one to read.
  for (const sink of sinks) void sink.close(AbortSignal.abort()).catch(() => undefined);
}

/** What entries that say nothing of their own get. */
type Shared = Pick<ResolvedOptions, "bufferBytes" | "overflow" | "retryForMs" | "writeTimeoutMs" | "breaker"> & {
  readonly durable: boolean;
};

const defaultBreaker: Required<BreakerOptions> = { failures: 5, openForMs: 30_000 };

/** A breaker with everything filled in. */
export function fullBreaker(breaker: BreakerOptions | false | undefined): Required<BreakerOptions> | false {
  return breaker === false ? false : { ...defaultBreaker, ...breaker };
}

function namesOf(entries: readonly SinkEntry[]): readonly string[] {
  const seen = new Map<string, number>();
  return entries.map(({ name, sink }) => {
    const base = name ?? sink.manifest.name;
    const times = (seen.get(base) ?? 0) + 1;
    seen.set(base, times);
    return times === 1 ? base : `${base}#${times}`;
  });
}

/**
 * Fills in what entries leave out. Sinks that use the network are durable when the logger is.
 *
 * @example toRoutes([{ sink: consoleSink() }], shared)[0]?.name // "console"
 */
export function toRoutes(entries: readonly SinkEntry[], shared: Shared): readonly ResolvedRoute[] {
  const names = namesOf(entries);
  return entries.map((entry, index) => {
    const network = entry.sink.manifest.capabilities?.includes("network") === true;
    const durable = entry.durable ?? (shared.durable && network);
    return {
      sink: entry.sink,
      name: names[index] ?? entry.sink.manifest.name,
      level: entry.level ?? "trace",
      match: entry.match,
      when: entry.when,
      fallback: entry.fallback,
      durable,
      bufferBytes: entry.bufferBytes ?? shared.bufferBytes,
      overflow: entry.overflow ?? shared.overflow,
      // Its records wait on disk for days: the time that suits memory is not for them.
      retryForMs: entry.retryForMs ?? (durable ? undefined : shared.retryForMs),
      writeTimeoutMs: entry.writeTimeoutMs ?? shared.writeTimeoutMs,
      breaker: entry.breaker === undefined ? shared.breaker : fullBreaker(entry.breaker),
    };
  });
}

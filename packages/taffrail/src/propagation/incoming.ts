import type { IdSource } from "@taffrail/contracts";
import { withContext } from "../context.ts";
import { isObject } from "../options/check-options.ts";
import { type Baggage, parseBaggage } from "./baggage.ts";
import { type Carrier, readCarrier } from "./carrier.ts";
import { baggageFields } from "./context-baggage.ts";
import { createLife, lifeFields } from "./context-end.ts";
import { startTrace, type TraceContext, traceFields } from "./light-trace.ts";
import { checkPropagation, type PropagationOptions } from "./propagation-options.ts";
import { parseTraceParent } from "./trace-parent.ts";
import { parseTraceState } from "./trace-state.ts";

/** What a carrier brought. */
export interface IncomingContext {
  /** The caller's trace, or undefined when there is none that is valid. */
  readonly trace: TraceContext | undefined;
  readonly baggage: Baggage;
  /** Members of the baggage that `fields` names, as context fields. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Options of `runWithCarrier`. */
export interface CarrierOptions extends PropagationOptions {
  /** Where span ids come from. Default: cryptographic randomness. */
  readonly ids?: IdSource;
}

/** Two traceparents are as good as none: nobody can say which is meant. */
function readTrace(carrier: Carrier): TraceContext | undefined {
  const [header, ...others] = readCarrier(carrier, "traceparent");
  const parent = header === undefined || others.length > 0 ? undefined : parseTraceParent(header);
  return parent && { ...parent, state: parseTraceState(readCarrier(carrier, "tracestate").join(",")) };
}

/** The same as `extractContext` for options that are known to be valid. */
export function readContext(carrier: Carrier, names: readonly string[]): IncomingContext {
  const baggage = parseBaggage(readCarrier(carrier, "baggage").join(","));
  const named = names.flatMap((name) => {
    const entry = baggage.get(name);
    return entry === undefined ? [] : [[name, entry.value] as const];
  });
  return { trace: readTrace(carrier), baggage, fields: Object.fromEntries(named) };
}

/**
 * Reads the context that a carrier brings: headers of a request, attributes of a message (texts, Buffers, SQS attributes), data of a job.
 * Nothing of it is trusted: what is not valid is left out. Throws `option_unknown` and `option_invalid`, for the options only.
 *
 * @example extractContext(message.headers, { fields: ["tenant"] }).trace?.traceId
 */
export function extractContext(carrier: Carrier, options: PropagationOptions = {}): IncomingContext {
  checkPropagation("extractContext", options);
  return readContext(carrier, options.fields ?? []);
}

/** Context fields for work that an incoming context began: a trace with a span id of its own, baggage, the named fields. */
export function fieldsOfIncoming(incoming: IncomingContext, ids?: IdSource): object {
  return {
    ...incoming.fields,
    ...traceFields(startTrace(incoming.trace, ids)),
    ...baggageFields(incoming.baggage),
  };
}

/**
 * Runs `fn` as part of the trace that a carrier brings, or of a new one: lines inside carry its `trace_id` and a `span_id` of this run, and
 * `traceHeaders` passes both on. What is kept for the whole run (such as lines that wait for an error) is let go when `fn` is through. Returns what
 * `fn` returns. Throws `option_unknown` and `option_invalid`, for the options only.
 *
 * @example worker.process((job) => runWithCarrier(job.data.trace, () => sendInvoice(job.data.orderId)));
 */
export function runWithCarrier<T>(carrier: Carrier, fn: () => T, options: CarrierOptions = {}): T {
  checkPropagation("runWithCarrier", options, { ids: isObject });
  const life = createLife();
  const incoming = fieldsOfIncoming(readContext(carrier, options.fields ?? []), options.ids);
  let result: T;
  try {
    result = withContext({ ...incoming, ...lifeFields(life) }, fn);
  } catch (error) {
    life.end();
    throw error;
  }
  // The caller gets what `finally` makes, so that a rejection that nobody handles is still seen as one.
  if (result instanceof Promise) return result.finally(() => life.end()) as T;
  life.end();
  return result;
}

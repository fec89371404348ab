import { currentContext } from "../context.ts";
import { activeTrace } from "./active-trace.ts";
import { type Baggage, formatBaggage } from "./baggage.ts";
import { contextBaggage } from "./context-baggage.ts";
import { headersOfTrace } from "./light-trace.ts";
import { checkPropagation, type PropagationOptions } from "./propagation-options.ts";

/** Something with a setter for headers: the fetch API's `Headers`, or a `Map`. */
interface SetterCarrier {
  set(name: string, value: string): unknown;
}

/** Options of `injectContext`. */
export interface InjectOptions extends PropagationOptions {
  /** How values are written: plain texts (default), or attributes of SQS and SNS messages. */
  readonly form?: "text" | "sqs";
}

const portable = new Set(["string", "number", "boolean", "bigint"]);

/** The baggage of the context and the fields that are allowed to go along; baggage that was given explicitly stays over a field of its name. */
function outgoingBaggage(fields: readonly string[]): Baggage {
  const context = currentContext();
  const allowed = fields
    .filter((name) => Object.hasOwn(context, name) && portable.has(typeof context[name]))
    .map((name) => [name, { value: String(context[name]) }] as const);
  return new Map([...allowed, ...contextBaggage()]);
}

/**
 * The headers that carry the running context to another service: `traceparent`, `tracestate`, `baggage`; only those that there is something for.
 * Fields of the context stay here unless `fields` names them. Throws `option_unknown` and `option_invalid`.
 *
 * @example await fetch(url, { headers: { ...traceHeaders(), accept: "application/json" } });
 */
export function traceHeaders(options: PropagationOptions = {}): Record<string, string> {
  checkPropagation("traceHeaders", options);
  return outgoingHeaders(options.fields ?? []);
}

/** The same for options that are known to be valid. */
export function outgoingHeaders(fields: readonly string[]): Record<string, string> {
  const trace = activeTrace();
  const headers = trace === undefined ? {} : headersOfTrace(trace);
  const baggage = formatBaggage(outgoingBaggage(fields));
  return baggage === "" ? headers : { ...headers, baggage };
}

/**
 * Writes the running context into a carrier (headers, message attributes, job data) and returns the carrier.
 * Throws `option_unknown` and `option_invalid`.
 *
 * @example await queue.add("invoice", { orderId, trace: injectContext({}) });
 */
export function injectContext<C extends object>(carrier: C, options: InjectOptions = {}): C {
  checkPropagation("injectContext", options, {
    form: (value) => (value === "text" || value === "sqs" ? undefined : "it must be text or sqs"),
  });
  const entries = Object.entries(outgoingHeaders(options.fields ?? []));
  const { set } = carrier as Partial<SetterCarrier>;
  for (const [name, text] of entries) {
    if (typeof set === "function") set.call(carrier, name, text);
    else Object.assign(carrier, { [name]: options.form === "sqs" ? { DataType: "String", StringValue: text } : text });
  }
  return carrier;
}

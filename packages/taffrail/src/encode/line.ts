import type { Level } from "@taffrail/contracts";
import { createState, type EncodeLimits, type EncodeState, longestKey } from "./limits.ts";
import { emptyScope, encodeFields, extendScope, joinFields, reservedNames, type Scope } from "./scope.ts";
import { quote, quoteBounded, quoteKey } from "./text.ts";
import { createTimestampFormatter } from "./timestamp.ts";
import { encodeValue, thrownMarker } from "./value.ts";

const cacheEntries = 1024;
const cachedLength = 128;

interface Head {
  readonly milliseconds: number;
  readonly text: string;
}

/** What one call has to say, before it is a line. */
interface LineInput {
  readonly level: Level;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
  readonly fields: object | undefined;
  readonly scope: Scope;
  /** `,"trace_id":…,"span_id":…` of the active span, or nothing. Left out when the user's own fields name a trace. */
  readonly trace: string;
}

/** Turns calls into lines. It owns the caches that make this cheap; all of them are bounded. */
export interface LineEncoder {
  /** One flat JSON object that ends in a line feed. Throws only for a time that has no date. */
  encode(input: LineInput): string;
  /** Adds fields to a scope, encoded once. */
  extend(scope: Scope, fields: object): Scope;
}

function createQuoteCache(write: (text: string) => string): (text: string) => string {
  const cache = new Map<string, string>();
  return (text) => {
    if (text.length > cachedLength) return write(text);
    const known = cache.get(text);
    if (known !== undefined) return known;
    const written = write(text);
    if (cache.size < cacheEntries) cache.set(text, written);
    return written;
  };
}

/** The beginning of a line; within one millisecond it is the same for all lines of a level. */
function createHeadCache(serviceText: string): (level: Level, milliseconds: number) => string {
  const timestamp = createTimestampFormatter();
  const heads = new Map<Level, Head>();
  return (level, milliseconds) => {
    const head = heads.get(level);
    if (head?.milliseconds === milliseconds) return head.text;
    const text = `{"time":"${timestamp(milliseconds)}","level":"${level}","service":${serviceText},"msg":`;
    heads.set(level, { milliseconds, text });
    return text;
  };
}

const traceNames = ["trace_id", "span_id"] as const;

/** True when the user's own fields name a trace or a span: then the active span must not add a second one. */
function namesTrace(scope: Scope, fields: object | undefined): boolean {
  return traceNames.some((name) => scope.fields.has(name) || (fields !== undefined && Object.hasOwn(fields, name)));
}

/**
 * Makes the encoder of a logger family. Lines look like
 * `{"time":"…","level":"info","service":"checkout","msg":"order placed",<scope>,<fields>}`.
 *
 * @example createLineEncoder("checkout", defaultLimits).encode({ level: "info", time: 0, message: "hi", fields: undefined, scope: emptyScope, trace: "" })
 */
export function createLineEncoder(service: string, limits: EncodeLimits): LineEncoder {
  const headOf = createHeadCache(quoteBounded(service, limits.stringLength));
  const quoteMessage = createQuoteCache((text) => quoteBounded(text, limits.stringLength));
  const keyFragment = createQuoteCache((key) => `,${quoteKey(key)}:`);

  /** Undefined when a name could stand twice or a bound is reached: then the careful way must be taken. */
  const fastFields = (fields: object, scope: Scope, state: EncodeState): string | undefined => {
    const keys = Object.keys(fields);
    if (keys.length > limits.keys) return undefined;
    let text = "";
    for (const key of keys) {
      if (key.length > longestKey || reservedNames.has(key) || scope.fields.has(key)) return undefined;
      const value = encodeValue((fields as Readonly<Record<string, unknown>>)[key], 1, state);
      if (value === undefined) continue;
      state.left -= key.length + 3;
      text += keyFragment(key) + value;
    }
    return state.left <= 0 ? undefined : text;
  };

  const carefulFields = (fields: object, scope: Scope): string => {
    try {
      const encoded = encodeFields(fields, createState(limits, scope.text.length), limits.keys);
      return joinFields(new Map([...scope.fields, ...encoded]));
    } catch (error) {
      return `${scope.text},"taffrail.fields_error":${quote(thrownMarker(error))}`;
    }
  };

  const allFields = (fields: object, scope: Scope, trace: string): string => {
    try {
      const fast = fastFields(fields, scope, createState(limits, scope.text.length));
      const ids = trace === "" || namesTrace(scope, fields) ? "" : trace;
      return (fast === undefined ? carefulFields(fields, scope) : scope.text + fast) + ids;
    } catch {
      // A getter of the record itself threw: the careful way reads each field on its own.
      return carefulFields(fields, scope);
    }
  };

  return {
    encode({ level, time, message, fields, scope, trace }) {
      const head = headOf(level, time) + quoteMessage(message);
      if (fields !== undefined) return `${head}${allFields(fields, scope, trace)}}\n`;
      return `${head}${scope.text}${trace === "" || namesTrace(scope, undefined) ? "" : trace}}\n`;
    },
    extend: (scope, fields) => {
      try {
        const room = limits.keys - scope.fields.size;
        return extendScope(scope, encodeFields(fields, createState(limits, scope.text.length), room));
      } catch (error) {
        return extendScope(scope, new Map([["taffrail.fields_error", quote(thrownMarker(error))]]));
      }
    },
  };
}

export { emptyScope, type Scope };

import type { TelemetryLog } from "../telemetry-log.ts";

/** A value somewhere in an OTLP/JSON object. */
export type Json = { readonly [key: string]: Json } & readonly Json[] & string;

/** A receiver of lines that keeps them. */
export interface CollectingLog extends TelemetryLog {
  readonly lines: { readonly traces: string[]; readonly metrics: string[] };
  readonly warnings: string[];
  readonly calls: string[];
}

export function collectingLog(): CollectingLog {
  const lines = { traces: [] as string[], metrics: [] as string[] };
  const warnings: string[] = [];
  const calls: string[] = [];
  return {
    lines,
    warnings,
    calls,
    emit(signal, line) {
      lines[signal].push(line);
    },
    warn(message) {
      warnings.push(message);
    },
    async flush() {
      calls.push("flush");
    },
    async close() {
      calls.push("close");
    },
  };
}

/** OTLP/JSON attributes as an object. */
export function attributesOf(list: Json): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [String(key), Object.values(value ?? {})[0]]));
}

/** The only span of a line. */
export function spanOf(line: string): Json {
  const { scopeSpans } = JSON.parse(line) as Json;
  const [scope] = scopeSpans ?? [];
  const [span] = scope?.spans ?? [];
  if (span === undefined || scopeSpans?.length !== 1 || scope?.spans?.length !== 1) throw new Error(`not one span: ${line}`);
  return span;
}

/** The only metric of a line. */
export function metricOf(line: string): Json {
  const { scopeMetrics } = JSON.parse(line) as Json;
  const [scope] = scopeMetrics ?? [];
  const [metric] = scope?.metrics ?? [];
  if (metric === undefined || scopeMetrics?.length !== 1 || scope?.metrics?.length !== 1) {
    throw new Error(`not one metric: ${line}`);
  }
  return metric;
}

/**
 * What telemetry needs of a logger: a way in for lines of other signals, and its account. A logger of `createLogger` is one.
 * `emit` never throws and never waits; what it takes in is in the logger's ledger from then on.
 */
export interface TelemetryLog {
  /** Takes one line: an OTLP/JSON `ResourceSpans` or `ResourceMetrics` object that ends in a line feed. */
  emit(signal: "traces" | "metrics", line: string): void;
  flush(options?: { readonly timeoutMs?: number }): Promise<unknown>;
  close(options?: { readonly deadlineMs?: number }): Promise<unknown>;
  warn(message: string, fields?: object): void;
}

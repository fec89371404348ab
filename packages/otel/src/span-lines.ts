import { TraceFlags } from "@opentelemetry/api";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-node";
import { createLedger, type Ledger } from "@taffrail/contracts";
import { lineOfSpan } from "./otlp-lines.ts";
import type { TelemetryLog } from "./telemetry-log.ts";

/** A span processor with an account: `accepted = delivered + filtered + dropped + pending`, in spans, at any moment. */
export interface SpanLines extends SpanProcessor {
  /**
   * Accepted: spans that began. Pending: those that run. Delivered: handed to the logger, whose own ledger counts on. Filtered: recorded but not
   * sampled. Dropped: `encode-failed`, and `closed` for spans that were running at the shutdown or began after it.
   */
  ledger(): Ledger;
}

/**
 * Makes a span processor that hands every sampled span to the logger at the moment it ends. It has no queue, so nothing of its own can overflow:
 * what happens after is the logger's policy, in the logger's ledger.
 */
export function createSpanLines(log: TelemetryLog): SpanLines {
  const book = createLedger();
  // Weak, since a span that its owner forgets to end must not stay in memory.
  const running = new WeakSet<object>();
  let isClosed = false;

  const settle = (span: ReadableSpan): void => {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) {
      book.filter();
      return;
    }
    let line: string;
    try {
      line = lineOfSpan(span);
    } catch {
      book.drop("encode-failed");
      return;
    }
    book.deliver();
    log.emit("traces", line);
  };

  return {
    onStart(span) {
      book.accept();
      if (isClosed) book.drop("closed");
      else running.add(span);
    },
    onEnd(span) {
      // A span that began before us, or was given up already, is not in the account.
      if (running.delete(span) && !isClosed) settle(span);
    },
    // Nothing waits here: the logger has every line, and is flushed by whoever owns it.
    async forceFlush() {},
    async shutdown() {
      if (isClosed) return;
      isClosed = true;
      const { pending } = book.read();
      if (pending > 0) book.drop("closed", pending);
    },
    ledger: () => book.read(),
  };
}

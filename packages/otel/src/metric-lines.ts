import { ExportResultCode } from "@opentelemetry/core";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import { createLedger, type Ledger } from "@taffrail/contracts";
import { lineOfMetric, splitMetrics } from "./otlp-lines.ts";
import type { TelemetryLog } from "./telemetry-log.ts";

/** A metric exporter with an account, in metrics: one for each instrument in each collection, whatever the number of its points. */
export interface MetricLines extends PushMetricExporter {
  ledger(): Ledger;
}

/** Makes a metric exporter that hands every metric of a collection to the logger at once. */
export function createMetricLines(log: TelemetryLog): MetricLines {
  const book = createLedger();
  let isClosed = false;
  return {
    export(collected, done) {
      for (const metric of splitMetrics(collected)) {
        book.accept();
        if (isClosed) {
          book.drop("closed");
          continue;
        }
        let line: string;
        try {
          line = lineOfMetric(metric);
        } catch {
          book.drop("encode-failed");
          continue;
        }
        book.deliver();
        log.emit("metrics", line);
      }
      done({ code: ExportResultCode.SUCCESS });
    },
    // Nothing waits here: the logger has every line, and is flushed by whoever owns it.
    async forceFlush() {},
    async shutdown() {
      isClosed = true;
    },
    ledger: () => book.read(),
  };
}

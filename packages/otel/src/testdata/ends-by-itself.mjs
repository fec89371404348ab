// A program that starts telemetry, works, and ends without a shutdown. Usage: node ends-by-itself.mjs URL
import { startTelemetry } from "@taffrail/otel";

const url = process.argv[2] ?? "";
const { log, tracer, meter } = startTelemetry({ service: "short", otlp: url, loggerOptions: { sinks: [] } });
const done = meter.createCounter("done");
for (let n = 0; n < 100; n++) {
  tracer.startActiveSpan(`step ${n}`, (span) => {
    log.info(`step ${n}`);
    done.add(1);
    span.end();
  });
}

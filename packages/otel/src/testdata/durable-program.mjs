// A program that starts telemetry in durable mode. Usage: node durable-program.mjs URL DIRECTORY SPANS
// With spans it makes them, says so and works on until it is killed; without any it ends when the receiver has everything.
import { otlpSink } from "taffrail";
import { startTelemetry } from "@taffrail/otel";

const [url = "", dir = "", spans = "0"] = process.argv.slice(2);
const sinks = [otlpSink({ url, lingerMs: 0 })];
const { log, tracer, meter, flush, shutdown } = startTelemetry({
  service: "durable",
  runtimeMetrics: false,
  loggerOptions: { sinks, durable: { dir }, onProblem: () => {} },
});
if (spans === "0") {
  await log.flush({ timeoutMs: 20_000 });
  await shutdown();
} else {
  meter.createCounter("done").add(Number(spans));
  for (let n = 0; n < Number(spans); n++) {
    tracer.startActiveSpan(`step ${n}`, (span) => {
      log.info(`step ${n}`);
      span.end();
    });
  }
  void flush();
  setTimeout(() => process.stdout.write("made\n"), 300);
  setInterval(() => {}, 1000);
}

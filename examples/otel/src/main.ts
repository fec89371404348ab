import { context, trace } from "@opentelemetry/api";
import { logs, SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

/*
 * A program that knows nothing of Taffrail. It sets no endpoint: OpenTelemetry's default, http://localhost:4318, is where Taffrail listens.
 * Usage: node dist/main.js [ORDERS]
 */
const orders = Number(process.argv[2] ?? 5);
const resource = resourceFromAttributes({
  "service.name": "otel-example",
  "service.version": "1.4.2",
  "host.name": "example-host",
});
const provider = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
logs.setGlobalLoggerProvider(provider);
new NodeTracerProvider({ resource }).register();

const log = logs.getLogger("checkout", "2.0.0");
const tracer = trace.getTracer("checkout");

/** Places one order inside a span and logs what happens, as an instrumented service would. Returns the trace id. */
function placeOrder(number: number): string {
  return tracer.startActiveSpan("place order", (span) => {
    const orderId = `order-${process.pid}-${number}`;
    log.emit({
      severityNumber: SeverityNumber.INFO,
      severityText: "INFO",
      body: `order ${orderId} placed`,
      attributes: {
        "order.id": orderId,
        "order.total": 12.5 * number,
        "order.express": number % 2 === 0,
        customer: { id: 4000 + number, address: { city: "Hamburg", country: "DE" } },
        "order.items": ["rope", "log", "line"],
      },
      context: context.active(),
    });
    if (number % 5 === 0) {
      const error = new Error(`card declined for ${orderId}`);
      log.emit({
        severityNumber: SeverityNumber.ERROR,
        severityText: "ERROR",
        body: error.message,
        attributes: {
          "order.id": orderId,
          "exception.type": error.name,
          "exception.message": error.message,
          "exception.stacktrace": error.stack ?? "",
        },
        context: context.active(),
      });
    }
    span.end();
    return span.spanContext().traceId;
  });
}

for (let number = 1; number <= orders; number += 1) {
  process.stdout.write(
    `${JSON.stringify({ orderId: `order-${process.pid}-${number}`, traceId: placeOrder(number) })}\n`,
  );
}
await provider.shutdown();

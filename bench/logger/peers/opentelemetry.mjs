// @ts-check
import { createWriteStream } from "node:fs";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { ExportResultCode } from "@opentelemetry/core";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { bindings } from "../cases.mjs";
import { once, pickCall } from "../peer.mjs";

/** @typedef {import("../peer.mjs").Peer} Peer */

/** Writes each record as a JSON line, since the SDK brings no file exporter. @param {import("node:fs").WriteStream} stream */
function fileExporter(stream) {
  return {
    /** @param {readonly any[]} records @param {(result: { code: number }) => void} done */
    export(records, done) {
      let text = "";
      for (const { hrTime, severityText, body, attributes } of records) {
        text += `${JSON.stringify({ time: hrTime[0] * 1000 + hrTime[1] / 1e6, level: severityText, msg: body, ...attributes })}\n`;
      }
      stream.write(text, () => done({ code: ExportResultCode.SUCCESS }));
    },
    async forceFlush() {},
    async shutdown() {},
  };
}

/** @type {Peer} */
const batch = {
  name: "otel-batch",
  note: "BatchLogRecordProcessor, queue of 2^20 and batches of 2048 (its default queue of 2048 would drop most of this load)",
  cases: ["hello", "fields", "child", "error"],
  slow: true,
  start({ path, caseName, inputs }) {
    const stream = createWriteStream(path);
    const exporter = /** @type {any} */ (fileExporter(stream));
    const processor = new BatchLogRecordProcessor({
      exporter,
      maxQueueSize: 2 ** 20,
      maxExportBatchSize: 2048,
      scheduledDelayMillis: 100,
    });
    const provider = new LoggerProvider({ processors: [processor] });
    const logger = provider.getLogger("checkout");
    const info = { severityNumber: SeverityNumber.INFO, severityText: "info" };
    const failed = { severityNumber: SeverityNumber.ERROR, severityText: "error", body: "order failed" };
    return {
      call: pickCall(
        {
          hello: () => logger.emit({ ...info, body: "hello world" }),
          fields: (index) =>
            logger.emit({ ...info, body: "request completed", attributes: /** @type {any} */ (inputs.fields(index)) }),
          child: (index) =>
            logger.emit({
              ...info,
              body: "request completed",
              attributes: { ...bindings, .../** @type {any} */ (inputs.nested(index)) },
            }),
          redact: undefined,
          error: (index) => {
            const error = inputs.error(index);
            const attributes = {
              "exception.type": error.name,
              "exception.message": error.message,
              "exception.stacktrace": error.stack ?? "",
            };
            logger.emit({ ...failed, attributes });
          },
        },
        caseName,
      ),
      async close() {
        await provider.shutdown();
        const finished = once(stream, "finish");
        stream.end();
        await finished;
      },
    };
  },
};

/** @type {readonly Peer[]} */
export const peers = [batch];

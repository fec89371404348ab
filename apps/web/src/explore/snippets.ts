/** One way to send records: words before it and text to paste. */
export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  readonly code: string;
}

/**
 * Ways to send records to the server at `origin`, ready to paste.
 *
 * @example snippetsFor("http://127.0.0.1:4318")[0]?.id // "curl"
 */
export function snippetsFor(origin: string): readonly Snippet[] {
  const usual = new URL(origin).port === "4318";
  return [
    {
      id: "curl",
      title: "curl",
      words:
        "One JSON object a line. Lines of pino, winston, bunyan, ECS, Docker and Kubernetes are understood as they are.",
      code: [
        `curl '${origin}/api/v1/ingest/lines?service=hello' \\`,
        "  -H 'content-type: application/x-ndjson' \\",
        `  -d '{"level":"info","msg":"hello, Taffrail","user":{"id":42}}'`,
      ].join("\n"),
    },
    {
      id: "otel",
      title: "OpenTelemetry",
      words: usual
        ? "Any OpenTelemetry SDK on this machine that exports over HTTP reaches this server without configuration. From elsewhere, or to be explicit:"
        : "Point any OpenTelemetry SDK that exports over HTTP at this server:",
      code: [
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
        "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "export OTEL_LOGS_EXPORTER=otlp",
        "export OTEL_SERVICE_NAME=hello",
      ].join("\n"),
    },
    {
      id: "taffrail",
      title: "taffrail",
      words: "The Node.js logger that belongs to this server: npm install taffrail",
      code: [
        'import { createLogger } from "taffrail";',
        "",
        `const log = createLogger({ service: "hello", server: "${origin}" });`,
        'log.info("hello, Taffrail", { user: { id: 42 } });',
        "await log.close();",
      ].join("\n"),
    },
    {
      id: "files",
      title: "Log files",
      words: "The tool follows files, remembers its place and keeps stack traces together.",
      code: `taffrail ship --server ${origin} --service hello '/var/log/hello/*.log'`,
    },
  ];
}

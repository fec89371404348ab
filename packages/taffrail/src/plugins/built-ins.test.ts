import { pluginApiVersion, type Redactor } from "@taffrail/contracts";
import { testFormatter, testRedactor } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { ecsFormat } from "../formats/ecs-format.ts";
import { jsonFormat } from "../formats/json-format.ts";
import { logfmtFormat } from "../formats/logfmt-format.ts";
import { prettyFormat } from "../formats/pretty-format.ts";
import { createRedaction } from "../redact/compile.ts";

const runner = { describe, expect, it };
const record = {
  level: "warn",
  line: '{"time":"2026-11-22T09:00:00.123Z","level":"warn","service":"shop","msg":"card declined","orderId":42}\n',
} as const;

const deviations = {
  "lets no text command the terminal":
    "for machines: JSON escapes U+001B but leaves U+009B as it is; people get prettyFormat",
};

testFormatter("jsonFormat", () => ({ formatter: jsonFormat(), examples: [{ record, gives: record.line }] }), {
  runner,
  deviations,
});

testFormatter(
  "logfmtFormat",
  () => ({
    formatter: logfmtFormat(),
    examples: [
      {
        record,
        gives: 'time=2026-11-22T09:00:00.123Z level=warn service=shop msg="card declined" orderId=42\n',
      },
    ],
  }),
  { runner },
);

testFormatter(
  "prettyFormat",
  () => ({
    formatter: prettyFormat({ colours: false, time: "utc" }),
    examples: [{ record, gives: "09:00:00.123 WARN  shop card declined orderId=42\n" }],
  }),
  { runner },
);

testFormatter(
  "ecsFormat",
  () => ({
    formatter: ecsFormat(),
    examples: [
      {
        record,
        gives:
          '{"@timestamp":"2026-11-22T09:00:00.123Z","log.level":"warn","message":"card declined","ecs.version":"8.11.0","service.name":"shop","orderId":42}\n',
      },
    ],
  }),
  { runner, deviations },
);

/** Built-in redaction under the contract that redactors from elsewhere have. */
function builtInRedactor(): Redactor {
  const { place, text } = createRedaction({ presets: ["credentials", "pci-dss"] }, []);
  return {
    manifest: { name: "redact", kind: "redactor", apiVersion: pluginApiVersion },
    place: (path) => {
      const verdict = place(path);
      return verdict.action === "inside" ? { action: "mask", text: verdict.text } : verdict;
    },
    ...(text === undefined ? {} : { text }),
  };
}

testRedactor(
  "built-in redaction",
  () => ({
    redactor: builtInRedactor(),
    hiddenPaths: [["password"], ["user", "credentials", "apiKey"], ["headers", "authorization"]],
    openPaths: [["orderId"], ["user", "name"], ["authors", "*", "id"]],
    secrets: [
      { text: "paid with 4111 1111 1111 1111", secret: "4111 1111 1111 1111" },
      { text: "GET https://user:hunter22@db.example/orders", secret: "hunter22" },
    ],
    cleanTexts: ["order 42 placed", "took 17 ms", "GET https://shop.example/orders?page=2"],
  }),
  { runner },
);

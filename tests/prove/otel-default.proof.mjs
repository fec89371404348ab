// @ts-check
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./support/machine.mjs";

/** @param {any} record @param {{ orderId: string, traceId: string }} sent */
function faultsOf(record, sent) {
  if (!record) return ["the nested value does not find its record"];
  const wanted = {
    service: "otel-example",
    body: `order ${sent.orderId} placed`,
    level: "info",
    traceId: sent.traceId,
    scopeName: "checkout",
    scopeVersion: "2.0.0",
    "resource service.version": "1.4.2",
    "attribute order.total": 12.5,
    "attribute customer.id": 4001,
    "attribute customer.address.country": "DE",
    "attribute order.items": '["rope","log","line"]',
  };
  const found = (/** @type {string} */ name) => {
    if (name.startsWith("resource ")) return record.resource[name.slice(9)];
    return name.startsWith("attribute ") ? record.attributes[name.slice(10)] : record[name];
  };
  return Object.entries(wanted)
    .filter(([name, value]) => found(name) !== value)
    .map(([name, value]) => `${name} is ${JSON.stringify(found(name))}, sent ${JSON.stringify(value)}`);
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "otel-default",
  title: "a program with the stock OpenTelemetry SDK and no endpoint is found by the page's search, everything intact",
  needs: ["unshare", "ip", "chromium"],
  counts: { full: 5, share: 5 },
  async run({ count, folder, share }) {
    const script = join(root, "tests/prove/support/otel-in-namespace.mjs");
    const text = execFileSync(
      "unshare",
      ["--net", process.execPath, script, join(folder, "data"), String(count), "/usr/bin/chromium"],
      {
        encoding: "utf8",
        timeout: 120_000,
      },
    );
    const result = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    const faults = faultsOf(result.record, result.sent[0]);
    if (result.ended !== 0) faults.push(`the program ended with ${result.ended}`);
    if (!result.visible) faults.push("the page does not show the record");
    if (!share && result.pageMs > 2000) faults.push(`the page showed it after ${result.pageMs.toFixed(0)} ms`);
    const figures = {
      records: result.sent.length,
      "found by the API, ms": result.foundMs.toFixed(0),
      "shown by the page, ms": result.pageMs.toFixed(0),
    };
    return { figures, faults };
  },
};

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ledgerFault, pluginApiVersion } from "@taffrail/contracts";
import { recorder } from "@taffrail/testkit";
// @ts-expect-error it has no types
import parse from "parse-prometheus-text-format";
import { expect, it } from "vitest";
import { createLogger } from "../logger.ts";
import { answerHealth } from "./handlers.ts";

interface Parsed {
  readonly name: string;
  readonly metrics: readonly { readonly value: string; readonly labels?: Readonly<Record<string, string>> }[];
}

it("the metrics, the health and the status page of a real logger tell what its ledger tells", async () => {
  const dir = mkdtempSync(join(tmpdir(), "taffrail-metrics-"));
  const kept = recorder();
  const remote = { ...kept, manifest: { ...kept.manifest, name: "remote", capabilities: ["network"] } } as const;
  const stuck = { ...recorder(), write: () => new Promise<never>(() => {}) };
  const log = createLogger({
    service: "shop",
    signals: [],
    onProblem: () => {},
    durable: { dir },
    dedupe: true,
    plugins: [{ manifest: { name: "even", kind: "filter", apiVersion: pluginApiVersion }, keep } as never],
    sinks: [remote, { sink: stuck, name: "stuck", bufferBytes: 2048 }],
  });
  for (let n = 0; n < 100; n++) log.info(`message ${n}`, { n });
  await log.flush({ timeoutMs: 200 });
  const ledger = log.ledger();
  const families = new Map((parse(log.metrics()) as Parsed[]).map((family) => [family.name, family.metrics]));
  const value = (name: string, sink?: string): number =>
    (families.get(`taffrail_${name}`) ?? [])
      .filter(({ labels }) => labels?.sink === sink)
      .reduce((sum, metric) => sum + Number(metric.value), 0);

  expect(ledgerFault(ledger)).toBe(undefined);
  expect([value("records_accepted_total"), value("records_filtered_total")]).toEqual([ledger.accepted, 50]);
  for (const [name, sink] of Object.entries(ledger.sinks)) {
    const counted = ["accepted_total", "delivered_total", "filtered_total", "dropped_total", "pending"].map((count) =>
      value(`sink_records_${count}`, name),
    );
    const [accepted = 0, ...parts] = counted;
    expect([name, accepted]).toEqual([name, sink.accepted]);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(accepted);
  }
  expect(value("sink_records_dropped_total", "stuck")).toBeGreaterThan(0);
  expect(families.get("taffrail_plugin_filtered_total")?.find(({ labels }) => labels?.plugin === "even")?.value).toBe(
    "50",
  );
  expect(families.has("taffrail_spool_size_bytes")).toBe(true);
  const status = JSON.parse(answerHealth(log, "status").body);
  expect(status.ledger.accepted).toBe(ledger.accepted);
  expect(status.sinks.map(({ name }: { readonly name: string }) => name)).toEqual(["remote", "stuck"]);
  expect([log.health().status, log.health().reasons.length > 0]).toEqual(["degraded", true]);
  await log.close({ deadlineMs: 50 });
  rmSync(dir, { recursive: true, force: true });
});

function keep({ fields }: { readonly fields?: Readonly<Record<string, unknown>> }): boolean {
  return Number(fields?.n) % 2 === 0;
}

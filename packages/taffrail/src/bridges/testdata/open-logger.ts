import { recorder } from "@taffrail/testkit";
import { onTestFinished } from "vitest";
import { createLogger } from "../../logger.ts";
import type { LoggerOptions } from "../../options/option-types.ts";

/** For the running test: a real logger that takes everything, and what it recorded, without time and service. */
export function openLogger(options: LoggerOptions = {}) {
  const recorded = recorder();
  const log = createLogger({ level: "trace", service: "app", signals: [], sinks: [recorded], ...options });
  onTestFinished(async () => {
    await log.close();
  });
  const records = async () => {
    await log.flush();
    return recorded.records.map(({ time: _, service: __, ...record }) => record);
  };
  return { log, records };
}

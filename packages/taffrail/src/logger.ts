import { createFamily } from "./family.ts";
import { FamilyLogger, type Logger } from "./family-logger.ts";
import { type LoggerOptions, resolveOptions } from "./options/logger-options.ts";
import { closeAll } from "./options/sink-entries.ts";

export type { Logger } from "./family-logger.ts";

/**
 * Creates a logger. Loggers are independent of each other: each has its own sinks, buffers and ledger.
 * Throws `option_unknown`, `option_invalid`, `config_unreadable`, `plugin_invalid`, `plugin_denied` and `plugin_version`; then nothing stays open.
 * Logging itself never throws.
 *
 * @example
 * const log = createLogger({ service: "checkout" });
 * log.info("order placed", { orderId, total });
 * await log.close();
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const resolved = resolveOptions(options, process.env);
  try {
    const { family, scope, cell } = createFamily(resolved, options);
    return new FamilyLogger(family, scope, cell);
  } catch (error) {
    const given = new Set((options.sinks ?? []).map((entry) => ("sink" in entry ? entry.sink : entry)));
    closeAll(resolved.routes.map(({ sink }) => sink).filter((sink) => !given.has(sink)));
    throw error;
  }
}

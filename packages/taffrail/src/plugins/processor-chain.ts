import type { EncodedRecord, Level, Processor } from "@taffrail/contracts";
import { type Guarded, oddValue } from "./caller-chain.ts";
import { OddAnswer } from "./plugin-guard.ts";

/** The processors of a logger family, isolated and counted. Nothing here throws. */
export interface ProcessorChain {
  /** False when there are none: then lines need not pass through here. */
  readonly active: boolean;
  /** The line to go on with, or undefined for a record that ends here: `failed` says whether it was filtered or is to be dropped as `plugin-failed`. */
  process(line: string, level: Level, audit: boolean): string | undefined;
  /** True when the last record ended because a processor that fails closed failed. */
  readonly failed: boolean;
}

/** One line, neither less nor more: it ends in its only line feed. */
function isLine(value: unknown): value is string {
  return typeof value === "string" && value.length > 1 && value.indexOf("\n") === value.length - 1;
}

const unanswered = Symbol("unanswered");

/** What one processor makes of a record; `unanswered` when it failed. An audit record cannot be filtered. */
function ask({ plugin, guard }: Guarded<Processor>, record: EncodedRecord): string | undefined | typeof unanswered {
  if (guard.halted !== undefined && !guard.mayProbe()) return unanswered;
  const began = guard.begin();
  let line: unknown;
  try {
    line = plugin.process(record);
  } catch (error) {
    guard.fail("throw", error);
    return unanswered;
  }
  const filters = line === undefined && record.audit !== true;
  if (filters || line === record.line || isLine(line)) {
    if (began >= 0) guard.end(began);
    if (filters) guard.filtered += 1;
    return line as string | undefined;
  }
  guard.fail("invalid", line === undefined ? new OddAnswer("it filtered an audit record") : oddValue(line));
  return unanswered;
}

/**
 * Joins processors. Each sees the line that the one before it made. One that fails is left out for this record, or ends it if it fails closed.
 *
 * @example
 * const line = chain.process(record.line, "info", false);
 * if (line === undefined) count(chain.failed ? "plugin-failed" : "filtered");
 */
export function createProcessorChain(processors: readonly Guarded<Processor>[]): ProcessorChain {
  let failed = false;
  return {
    active: processors.length > 0,
    process(line, level, audit) {
      failed = false;
      let current = line;
      for (const processor of processors) {
        const made = ask(processor, audit ? { line: current, level, audit } : { line: current, level });
        if (made === undefined) return undefined;
        if (made !== unanswered) {
          current = made;
        } else if (processor.guard.failsClosed) {
          processor.guard.filtered += 1;
          failed = true;
          return undefined;
        }
      }
      return current;
    },
    get failed() {
      return failed;
    },
  };
}

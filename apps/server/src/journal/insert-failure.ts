import { TaffrailError } from "@taffrail/contracts";

/**
 * Why an insert or count did not succeed, as far as the committer must tell apart:
 * `engine-death`: the engine went away under it · `refused`: the engine rejects the data itself · `too-big`: memory or time · `too-many-days`: more partitions
 * than one insert may touch · `waiting`: the machine or the engine is in a state that passes (disk full, too many parts) · `unknown`: anything else.
 */
export type FailureType = "engine-death" | "refused" | "too-big" | "too-many-days" | "waiting" | "unknown";

export interface InsertFailure {
  readonly type: FailureType;
  readonly reason: string;
}

/** Engine codes that say: these bytes cannot be read or converted. Retrying changes nothing. */
const dataCodes: ReadonlySet<number> = new Set([
  6, 25, 26, 27, 32, 33, 38, 41, 49, 53, 69, 70, 72, 117, 131, 190, 321, 349, 407, 436, 444, 467, 561, 652, 686,
]);
/** Engine codes of states that pass: disk, memory, limits of concurrency, read-only, cancelled, the segment file not readable just now. */
const passingCodes: ReadonlySet<number> = new Set([
  3, 23, 74, 75, 76, 77, 107, 159, 160, 164, 202, 209, 210, 225, 236, 241, 242, 243, 252, 297, 298, 319, 335, 341, 374,
  394, 425, 439, 473, 553, 573, 577, 601, 667, 735,
]);
const tooManyPartitions = 252;

/** The engine's own number: from the details when the store passes it on, else out of its words. */
function engineCode({ details, message }: TaffrailError): number | undefined {
  if (typeof details.engineCode === "number" && details.engineCode > 0) return details.engineCode;
  const match = /\bCode: (\d+)/.exec(message);
  return match ? Number(match[1]) : undefined;
}

/**
 * Sorts what a store call rejected with.
 *
 * @example classifyFailure(new TaffrailError("engine_unavailable", { reason: "killed" })).type // "engine-death"
 */
export function classifyFailure(error: unknown): InsertFailure {
  const reason = error instanceof Error ? error.message : String(error);
  if (!(error instanceof TaffrailError)) return { type: "unknown", reason };
  if (error.code === "engine_unavailable") return { type: "engine-death", reason };
  if (error.code === "query_timeout" || error.code === "query_memory") return { type: "too-big", reason };
  const code = engineCode(error);
  if (code === tooManyPartitions && /partitions/i.test(reason)) return { type: "too-many-days", reason };
  if (code !== undefined && dataCodes.has(code)) return { type: "refused", reason };
  return { type: code !== undefined && passingCodes.has(code) ? "waiting" : "unknown", reason };
}

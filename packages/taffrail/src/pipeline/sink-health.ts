import type { Health, Sink } from "@taffrail/contracts";
import { plainWords } from "./plain-words.ts";

const statuses: readonly unknown[] = ["healthy", "degraded", "unhealthy"] satisfies readonly Health["status"][];

function isStatus(value: unknown): value is Health["status"] {
  return statuses.includes(value);
}

/**
 * Health as a sink says it, in plain words; a sink that cannot say it is unhealthy. Never throws.
 *
 * @example ownHealth(sink) // { status: "healthy" }
 */
export function ownHealth(sink: Sink): Health {
  try {
    const answer: unknown = sink.health?.() ?? { status: "healthy" };
    const { status, detail } = answer as Readonly<Record<string, unknown>>;
    if (!isStatus(status)) return { status: "unhealthy", detail: "what it says of its health is no health" };
    return detail === undefined ? { status } : { status, detail: plainWords(detail) };
  } catch (error) {
    return { status: "unhealthy", detail: plainWords(error) };
  }
}

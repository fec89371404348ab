import { type ErrorBody, TaffrailError } from "@taffrail/contracts";

/** What the page does about an error: mark the query, wait for the engine or the server, or only show it. */
export type ProblemKind = "query" | "restarting" | "unreachable" | "other";

/** An error as the page shows it. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Where in the query, counted from 1. */
  readonly column?: number;
}

/** How long to wait before asking again while the engine or the server is away, in milliseconds. */
export const retryDelayMs = 2000;

function kindOf(code: string): ProblemKind {
  if (code.startsWith("query_") && !/timeout|memory|failed|quarantined/.test(code)) return "query";
  if (code === "engine_unavailable" || code === "shutting_down") return "restarting";
  return code === "server_unreachable" ? "unreachable" : "other";
}

/**
 * Turns whatever a request failed with into what the page shows.
 *
 * @example problemOf(new TaffrailError("engine_unavailable", { reason: "it stopped" })).kind // "restarting"
 */
export function problemOf(error: unknown): Problem {
  const body: Pick<ErrorBody, "message" | "remedy" | "details"> & { readonly code: string } =
    error instanceof TaffrailError
      ? error.toJSON()
      : {
          code: "page_failed",
          message: error instanceof Error ? error.message : String(error),
          remedy: "Reload the page.",
          details: {},
        };
  return problemOfBody(body);
}

/** The same for an error that came as a part of an answer. */
export function problemOfBody(body: {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly details: Readonly<Record<string, string | number>>;
}): Problem {
  const column = Number(body.details.column);
  return {
    kind: kindOf(body.code),
    code: body.code,
    message: body.message,
    remedy: body.remedy,
    ...(column >= 1 ? { column } : {}),
  };
}

/** True for problems that pass by themselves: the page asks again after `retryDelayMs`. */
export function isPassing(problem: Problem): boolean {
  return problem.kind === "restarting" || problem.kind === "unreachable";
}

import { catalogue, type ErrorCode, type ErrorDetails, TaffrailError } from "@taffrail/contracts";

const isKnown = (code: unknown): code is ErrorCode => typeof code === "string" && Object.hasOwn(catalogue, code);

function detailsOf(value: unknown): ErrorDetails {
  if (typeof value !== "object" || value === null) return {};
  const plain = Object.entries(value).filter(([, detail]) => typeof detail === "string" || typeof detail === "number");
  return Object.fromEntries(plain);
}

/** What stands beside the error, like `acceptedThroughLine` of a body of lines that was taken in part, is worth keeping. */
function withNeighbours(body: Readonly<Record<string, unknown>>): unknown {
  const { error, ...beside } = body;
  if (typeof error !== "object" || error === null) return error;
  const own = "details" in error ? detailsOf(error.details) : {};
  return { ...error, details: { ...detailsOf(beside), ...own } };
}

/**
 * Turns an error body into a TaffrailError. A code that this version does not know becomes `unexpected_answer` and keeps the server's words.
 *
 * @example errorFromBody(404, { code: "not_found", details: { method: "GET", path: "/x" } }).code // "not_found"
 */
function errorFromBody(status: number, body: unknown): TaffrailError {
  const { code, message, details } = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  if (isKnown(code)) return new TaffrailError(code, detailsOf(details));
  const reason = typeof message === "string" ? message : "the body is not a Taffrail error.";
  return new TaffrailError("unexpected_answer", { status, code: typeof code === "string" ? code : "", reason });
}

/** Reads an answer that is not 2xx, whatever stands in it. Numbers and texts beside the error are added to its details. */
export async function errorFromAnswer(response: Response): Promise<TaffrailError> {
  const text = await response.text().catch(() => "");
  try {
    const body: unknown = JSON.parse(text);
    const known = typeof body === "object" && body !== null ? withNeighbours({ ...body }) : undefined;
    return errorFromBody(response.status, known);
  } catch {
    return errorFromBody(response.status, undefined);
  }
}

/** Names why no answer came at all: Node hides the reason in the cause, browsers say nothing but "Failed to fetch". */
export function unreachable(url: string, error: unknown): TaffrailError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const words = cause instanceof Error ? cause.message : String(cause);
  const reason = words.trim() || code || "no connection";
  return new TaffrailError("server_unreachable", { url, reason }, error);
}

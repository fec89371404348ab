import { pluginApiVersion, type Sink, type WriteResult } from "@taffrail/contracts";
import type { Ingest, LinesAnswer } from "../ingest/ingest.ts";
import { ownSource } from "../journal/segment.ts";

const busyRetryMs = 1_000;

function resultOf(answer: LinesAnswer): WriteResult {
  const { body, status } = answer;
  if (!("error" in body)) {
    return body.rejected === 0
      ? { outcome: "ok" }
      : { outcome: "partial", refused: body.rejected, reason: "refused by ingest" };
  }
  const reason = body.error.message;
  return status === 429 || status >= 500
    ? { outcome: "retry", afterMs: busyRetryMs, reason }
    : { outcome: "drop", reason };
}

/** Undefined when the signal aborts first. */
function opened(ingest: Promise<Ingest>, signal: AbortSignal): Promise<Ingest | undefined> {
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  return Promise.race([aborted, ingest]);
}

/**
 * The sink by which the server logs into itself: its lines go the way of everybody else's, but for the network. Until ingest is there, batches
 * wait in the logger.
 *
 * @example createLogger({ sinks: [createJournalSink(parts.opened.then(({ ingest }) => ingest), "default")] })
 */
export function createJournalSink(ingest: Promise<Ingest>, tenant: string): Sink {
  let closed = false;
  return {
    manifest: { name: "journal", kind: "sink", apiVersion: pluginApiVersion },
    batching: { lingerMs: 200 },
    async write(batch, signal) {
      if (closed) return { outcome: "drop", reason: "the sink is closed" };
      if (batch.size === 0) return { outcome: "ok" };
      const open = await opened(ingest, signal);
      if (!open) return { outcome: "retry", afterMs: busyRetryMs, reason: "the server is starting" };
      const answer = await open.lines({
        body: Buffer.from(batch.bytes()),
        contentType: "application/x-ndjson",
        contentEncoding: undefined,
        scope: { tenant },
        principalId: "system",
        source: ownSource,
        signal,
      });
      return resultOf(answer);
    },
    async close() {
      closed = true;
    },
  };
}

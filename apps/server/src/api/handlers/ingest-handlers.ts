import { TaffrailError } from "@taffrail/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Ingest, IngestAnswer, IngestInput } from "../../ingest/ingest.ts";
import { otlpAnswerForm } from "../../ingest/media-type.ts";
import { otlpFailure } from "../../ingest/otlp-answer.ts";
import type { DeadLetters } from "../../journal/dead-letters.ts";
import { type Call, type HandlersOf, sent } from "../handler.ts";
import type { RouteDefinition } from "../route.ts";

export interface IngestHandlerDeps {
  /** Throws `server_starting` until the parts are open. */
  readonly ingest: () => Ingest;
  readonly deadLetters: () => DeadLetters;
}

function lengthOf(request: FastifyRequest): number | undefined {
  const text = request.headers["content-length"];
  return text === undefined ? undefined : Number(text);
}

function inputOf(call: Pick<Call<RouteDefinition>, "request" | "scope" | "principal" | "signal">): IngestInput {
  const { request, scope, principal, signal } = call;
  return {
    body: request.raw,
    contentType: request.headers["content-type"],
    contentEncoding: request.headers["content-encoding"],
    contentLength: lengthOf(request),
    scope,
    principalId: principal.id,
    signal,
  };
}

/** A body that was not read to its end would be taken for the next request, so the connection ends with the answer. */
function closeUnread(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.raw.readableEnded) reply.header("connection", "close");
}

/** Exporters read nothing but their own form, so even a server that is starting answers in it. */
async function exported({ ingest }: IngestHandlerDeps, input: IngestInput): Promise<IngestAnswer> {
  try {
    return await ingest().otlpLogs(input);
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
    return otlpFailure(otlpAnswerForm(input.contentType), error);
  }
}

/**
 * Handlers of taking records in, and of the dead letters.
 *
 * @example createIngestHandlers({ ingest: () => parts.ingest, deadLetters: () => parts.deadLetters })
 */
export function createIngestHandlers(
  deps: IngestHandlerDeps,
): HandlersOf<"exportLogs" | "ingestLines" | "listDeadLetters"> {
  return {
    async exportLogs(call): Promise<typeof sent> {
      const answer = await exported(deps, inputOf(call));
      closeUnread(call.request, call.reply);
      // As bytes, because the framework adds a charset to the type of text, and OTLP names the bare type.
      const body = Buffer.from(answer.body);
      call.reply.code(answer.status).headers(answer.headers).type(answer.contentType).send(body);
      return sent;
    },
    async ingestLines(call): Promise<typeof sent> {
      const { service, source, format } = call.query;
      const answer = await deps.ingest().lines({ ...inputOf(call), service, source, format });
      closeUnread(call.request, call.reply);
      call.reply.code(answer.status).headers(answer.headers).send(answer.body);
      return sent;
    },
    async listDeadLetters(call) {
      const letters = deps.deadLetters();
      const { tenant } = call.scope;
      const deadLetters = await letters.list(tenant, call.query.limit ?? 100);
      return { deadLetters, total: letters.total(tenant) };
    },
  };
}

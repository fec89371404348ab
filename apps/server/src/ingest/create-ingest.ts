import { type Clock, limits, TaffrailError } from "@taffrail/contracts";
import { createCounters } from "./counters.ts";
import { deliver, type Origin, type Stores } from "./deliver.ts";
import { createInFlight } from "./in-flight.ts";
import type { Ingest, IngestAnswer, IngestInput, LinesAnswer, LinesInput } from "./ingest.ts";
import type { Job, Outcome } from "./job.ts";
import { parseFormat } from "./line-work.ts";
import { linesAnswer, linesFailure } from "./lines-answer.ts";
import { linesForm, type OtlpForm, otlpAnswerForm, otlpForm } from "./media-type.ts";
import { otlpFailure, otlpSuccess } from "./otlp-answer.ts";
import { runJob, runWalk } from "./work.ts";
import { createWorkerPool, type WorkerPool } from "./worker-pool.ts";

export interface IngestOptions extends Stores {
  readonly clock: Clock;
  /** Days that records are kept; asked once per body. */
  readonly retentionDays: () => number;
  /** Most bytes of one body, before and after decompression. Default: the limit of a request body. */
  readonly bodyBytesMax?: number;
  /** Most bytes of all bodies that are held at one moment; beyond it, `ingest_overloaded`. Default: `limits.bodiesInFlight`. */
  readonly bytesInFlightMax?: number;
}

/** Bodies up to this size are worked on in place: a few milliseconds at most. Larger ones go to a thread. Bytes. */
const inPlaceBytesMax = 64 * 1024;
/** A walk reads about half a gigabyte a second, so it may stay in place longer. Bytes. */
const walkInPlaceBytesMax = 1024 * 1024;
const workerMemoryMiB = 1024;

const otlpSource = "otlp";
const linesSource = "lines";

/** Sources and services are names: short, and the source without blanks, because it becomes a metric label. */
function checkedSource(source: string | undefined): string {
  if (source === undefined || source === "") return linesSource;
  if (/^[\w.-]{1,64}$/.test(source)) return source;
  throw new TaffrailError("invalid_parameter", { name: "source", reason: "use up to 64 letters, digits, ., _ and -" });
}

function checkedService(service: string | undefined): string | undefined {
  if (service === undefined || service.length <= 256) return service;
  throw new TaffrailError("invalid_parameter", { name: "service", reason: "it has more than 256 characters" });
}

/** What requests share. */
interface Parts {
  readonly options: IngestOptions;
  readonly counters: ReturnType<typeof createCounters>;
  readonly inFlight: ReturnType<typeof createInFlight>;
  readonly pool: WorkerPool;
}

/** Small bodies are worked on in place, large ones in a thread, so that no request waits long for another's. */
async function work(pool: WorkerPool, job: Job): Promise<Outcome> {
  const size = job.body.byteLength;
  if (size <= inPlaceBytesMax) return runJob(job);
  return (size <= walkInPlaceBytesMax ? runWalk(job) : undefined) ?? (await pool.run(job));
}

function originOf(parts: Parts, input: IngestInput, source: string): Origin {
  const { scope, principalId } = input;
  return { source, tenant: scope.tenant, principal: principalId, receivedAtMs: parts.options.clock.now() };
}

async function takeOtlp(parts: Parts, input: IngestInput, form: OtlpForm): Promise<IngestAnswer> {
  const { options, counters, pool } = parts;
  return await parts.inFlight.withBody(input, async (body) => {
    counters.request(otlpSource, body.byteLength);
    const origin = originOf(parts, input, otlpSource);
    const kind = form === "json" ? "otlp-json" : "otlp-protobuf";
    const { receivedAtMs } = origin;
    const outcome = await work(pool, { kind, body, retentionDays: options.retentionDays(), receivedAtMs });
    const { accepted, error } = await deliver(options, outcome, origin);
    counters.accept(otlpSource, accepted);
    if (error) throw error;
    counters.note(otlpSource, outcome);
    return otlpSuccess(form, outcome.refusals);
  });
}

async function takeLines(parts: Parts, input: LinesInput, source: string): Promise<LinesAnswer> {
  const { options, counters, pool } = parts;
  const lines = { ...linesForm(input.contentType), service: checkedService(input.service), format: input.format };
  parseFormat(input.format);
  return await parts.inFlight.withBody(input, async (body) => {
    counters.request(source, body.byteLength);
    const origin = originOf(parts, input, source);
    const { receivedAtMs } = origin;
    const outcome = await work(pool, {
      kind: "lines",
      body,
      retentionDays: options.retentionDays(),
      receivedAtMs,
      lines,
    });
    const delivery = await deliver(options, outcome, origin);
    counters.accept(source, delivery.accepted);
    if (delivery.error) counters.fail(source, delivery.error);
    else counters.note(source, outcome);
    return linesAnswer(outcome.refusals, delivery);
  });
}

/** How one request is taken in: its source is known only once its parameters are checked. */
interface Taking<Answer> {
  source: string;
  take(taking: Taking<Answer>): Promise<Answer>;
  failure(error: TaffrailError): Answer;
}

/** Errors of the catalogue become answers; anything else is a bug and passes on. */
async function settle<Answer>(parts: Parts, taking: Taking<Answer>): Promise<Answer> {
  try {
    return await taking.take(taking);
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
    parts.counters.fail(taking.source, error);
    return taking.failure(error);
  }
}

/**
 * Makes the taking-in of records; see `Ingest`.
 *
 * @example
 * const ingest = createIngest({ journal, deadLetters, clock: systemClock, retentionDays: () => 30 });
 * const answer = await ingest.otlpLogs(input);
 */
export function createIngest(options: IngestOptions): Ingest {
  const inFlight = createInFlight({
    bodyBytesMax: options.bodyBytesMax ?? limits.requestBody.value,
    bytesMax: options.bytesInFlightMax ?? limits.bodiesInFlight.value,
  });
  const counters = createCounters();
  const pool = createWorkerPool({ workersMax: 1, memoryMiBMax: workerMemoryMiB });
  const parts: Parts = { options, counters, inFlight, pool };
  const running = new Set<Promise<unknown>>();
  let closed = false;

  async function answer<Answer>(taking: Taking<Answer>): Promise<Answer> {
    if (closed) return taking.failure(new TaffrailError("shutting_down"));
    const run = settle(parts, taking);
    running.add(run);
    return await run.finally(() => running.delete(run));
  }

  return {
    async otlpLogs(input): Promise<IngestAnswer> {
      let form: OtlpForm = otlpAnswerForm(input.contentType);
      return await answer<IngestAnswer>({
        source: otlpSource,
        take: () => {
          form = otlpForm(input.contentType);
          return takeOtlp(parts, input, form);
        },
        failure: (error) => otlpFailure(form, error),
      });
    },
    async lines(input): Promise<LinesAnswer> {
      return await answer<LinesAnswer>({
        source: linesSource,
        take: (taking) => {
          taking.source = checkedSource(input.source);
          return takeLines(parts, input, taking.source);
        },
        failure: linesFailure,
      });
    },
    stats: () => ({ sources: counters.read(), bodiesInFlight: running.size, bytesInFlight: inFlight.bytes }),
    async close(): Promise<void> {
      closed = true;
      await Promise.allSettled([...running]);
      await pool.close();
    },
  };
}

import { type Clock, limits, TaffrailError } from "@taffrail/contracts";
import type { DeadLetters } from "../journal/dead-letters.ts";
import type { Journal } from "../journal/journal.ts";
import { type Counters, createCounters } from "./counters.ts";
import type { Ingest, IngestAnswer, IngestInput, LinesAnswer, LinesInput } from "./ingest.ts";
import type { Frame, Job, Outcome } from "./job.ts";
import { parseFormat } from "./line-work.ts";
import { linesAnswer, linesFailure } from "./lines-answer.ts";
import { linesForm, type OtlpForm, otlpForm } from "./media-type.ts";
import { otlpFailure, otlpSuccess } from "./otlp-answer.ts";
import { readBody } from "./read-body.ts";
import type { Refusals } from "./refusals.ts";
import { runJob, runWalk } from "./work.ts";
import { createWorkerPool } from "./worker-pool.ts";

export interface IngestOptions {
  readonly journal: Pick<Journal, "append">;
  readonly deadLetters: Pick<DeadLetters, "add">;
  readonly clock: Clock;
  /** Days that records are kept; asked once per body. */
  readonly retentionDays: () => number;
  /** Most bytes of one body, before and after decompression. Default: the limit of a request body. */
  readonly bodyBytesMax?: number;
  /** Most bytes of all bodies that are held at one moment; beyond it, `ingest_overloaded`. Default 256 MiB. */
  readonly bytesInFlightMax?: number;
}

/** Bodies up to this size are worked on in place: a few milliseconds at most. Larger ones go to a thread. Bytes. */
const inPlaceBytesMax = 64 * 1024;
/** A walk reads about half a gigabyte a second, so it may stay in place longer. Bytes. */
const walkInPlaceBytesMax = 1024 * 1024;
const bytesInFlightDefault = 256 * 1024 * 1024;
const workerMemoryMiB = 1536;

const otlpSource = "otlp";
const linesSource = "lines";

/** Who sent a body and how it came. */
interface Origin {
  readonly source: string;
  readonly tenant: string;
  readonly principal: string;
  readonly receivedAtMs: number;
}

/** How far the frames of a body got. `error` is set when one could not be written; the ones before it are durable. */
interface Delivery {
  readonly accepted: number;
  readonly lastLine: number;
  readonly error?: TaffrailError;
}

function asTaffrailError(error: unknown): TaffrailError {
  if (error instanceof TaffrailError) return error;
  throw error;
}

async function bury(deadLetters: IngestOptions["deadLetters"], refusals: Refusals, origin: Origin): Promise<void> {
  if (refusals.kept.length === 0) return;
  const { tenant, source, receivedAtMs } = origin;
  const entries = refusals.kept.map(({ code, message, sample, count }) => ({
    tenant,
    source,
    code,
    message,
    sample: Buffer.from(sample, "utf8"),
    count,
    receivedAtMs,
  }));
  await deadLetters.add(entries);
}

async function append(journal: IngestOptions["journal"], frames: readonly Frame[], origin: Origin): Promise<Delivery> {
  let accepted = 0;
  let lastLine = 0;
  for (const frame of frames) {
    const { kind, payload, count, timeMinMs, timeMaxMs } = frame;
    try {
      await journal.append({ ...origin, batchId: "", kind, payload, count, timeMinMs, timeMaxMs });
    } catch (error) {
      return { accepted, lastLine, error: asTaffrailError(error) };
    }
    accepted += count;
    lastLine = frame.lastLine;
  }
  return { accepted, lastLine };
}

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

/**
 * Makes the taking-in of records; see `Ingest`.
 *
 * @example
 * const ingest = createIngest({ journal, deadLetters, clock: systemClock, retentionDays: () => 30 });
 * const answer = await ingest.otlpLogs(input);
 */
export function createIngest(options: IngestOptions): Ingest {
  const { journal, deadLetters, clock } = options;
  const bodyBytesMax = options.bodyBytesMax ?? limits.requestBody.value;
  const bytesInFlightMax = options.bytesInFlightMax ?? bytesInFlightDefault;
  const counters: Counters = createCounters();
  const pool = createWorkerPool({ workersMax: 1, memoryMiBMax: workerMemoryMiB });
  const running = new Set<Promise<unknown>>();
  let bytesInFlight = 0;
  let closed = false;

  /** Holds the bytes of one body as long as `use` runs. */
  async function withBody<Result>(input: IngestInput, use: (body: Uint8Array) => Promise<Result>): Promise<Result> {
    let held = 0;
    const onBytes = (bytes: number): void => {
      if (bytesInFlight + bytes > bytesInFlightMax) {
        throw new TaffrailError("ingest_overloaded", { limit: bytesInFlightMax, retryAfter: 1 });
      }
      bytesInFlight += bytes;
      held += bytes;
    };
    try {
      return await use(await readBody(input, { bodyBytesMax, onBytes }));
    } finally {
      bytesInFlight -= held;
    }
  }

  async function work(job: Job): Promise<Outcome> {
    const size = job.body.byteLength;
    if (size <= inPlaceBytesMax) return runJob(job);
    return (size <= walkInPlaceBytesMax ? runWalk(job) : undefined) ?? (await pool.run(job));
  }

  /** Refused records first: when they cannot be kept, the sender is told to send everything again, and nothing is stored twice. */
  async function deliver(outcome: Outcome, origin: Origin): Promise<Delivery> {
    await bury(deadLetters, outcome.refusals, origin);
    const delivery = await append(journal, outcome.frames, origin);
    counters.accept(origin.source, delivery.accepted);
    if (!delivery.error) counters.note(origin.source, outcome);
    return delivery;
  }

  function originOf(input: IngestInput, source: string): Origin {
    return { source, tenant: input.scope.tenant, principal: input.principalId, receivedAtMs: clock.now() };
  }

  async function takeOtlp(input: IngestInput, form: OtlpForm): Promise<IngestAnswer> {
    return await withBody(input, async (body) => {
      counters.request(otlpSource, body.byteLength);
      const origin = originOf(input, otlpSource);
      const kind = form === "json" ? "otlp-json" : "otlp-protobuf";
      const { receivedAtMs } = origin;
      const outcome = await work({ kind, body, retentionDays: options.retentionDays(), receivedAtMs });
      const { error } = await deliver(outcome, origin);
      if (error) throw error;
      return otlpSuccess(form, outcome.refusals);
    });
  }

  async function takeLines(input: LinesInput, source: string): Promise<LinesAnswer> {
    const lines = { ...linesForm(input.contentType), service: checkedService(input.service), format: input.format };
    parseFormat(input.format);
    return await withBody(input, async (body) => {
      counters.request(source, body.byteLength);
      const origin = originOf(input, source);
      const { receivedAtMs } = origin;
      const outcome = await work({ kind: "lines", body, retentionDays: options.retentionDays(), receivedAtMs, lines });
      const delivery = await deliver(outcome, origin);
      if (delivery.error) counters.fail(source, delivery.error);
      return linesAnswer(outcome.refusals, delivery);
    });
  }

  /** Runs a request so that `close` waits for it, and turns its errors into answers. */
  async function answered<Answer>(
    sourceOf: () => string,
    take: () => Promise<Answer>,
    failure: (error: TaffrailError) => Answer,
  ): Promise<Answer> {
    if (closed) return failure(new TaffrailError("shutting_down"));
    const run = take();
    running.add(run);
    try {
      return await run;
    } catch (thrown) {
      const error = asTaffrailError(thrown);
      counters.fail(sourceOf(), error);
      return failure(error);
    } finally {
      running.delete(run);
    }
  }

  return {
    async otlpLogs(input): Promise<IngestAnswer> {
      let form: OtlpForm = "json";
      const take = async (): Promise<IngestAnswer> => {
        form = otlpForm(input.contentType);
        return await takeOtlp(input, form);
      };
      return await answered(
        () => otlpSource,
        take,
        (error) => otlpFailure(form, error),
      );
    },
    async lines(input): Promise<LinesAnswer> {
      let source = linesSource;
      const take = async (): Promise<LinesAnswer> => {
        source = checkedSource(input.source);
        return await takeLines(input, source);
      };
      return await answered(() => source, take, linesFailure);
    },
    stats: () => ({ sources: counters.read(), bodiesInFlight: running.size, bytesInFlight }),
    async close(): Promise<void> {
      closed = true;
      await Promise.allSettled([...running]);
      await pool.close();
    },
  };
}

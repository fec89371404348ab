import type { Ledger } from "@taffrail/contracts";
import type { EngineStatus } from "../engine/engine.ts";
import type { IngestStats } from "../ingest/ingest.ts";
import type { JournalStats } from "../journal/journal.ts";
import type { TailHub } from "../tail/tail-hub.ts";
import type { DeadLetterCounts } from "./dead-letter-counts.ts";
import type { Family, Sample } from "./prometheus.ts";
import type { StorageStats } from "./storage-stats.ts";

/** Everything the metrics are read from. Nothing here is counted for metrics alone: the numbers are the ledgers' own. */
export interface MetricsInput {
  readonly version: string;
  readonly startedAtMs: number;
  readonly ready: boolean;
  readonly journal: JournalStats | undefined;
  readonly ingest: IngestStats | undefined;
  readonly engine: EngineStatus | undefined;
  readonly storage: StorageStats | undefined;
  readonly self: Ledger | undefined;
  readonly refused: Readonly<Record<string, number>>;
  readonly deadLetters: DeadLetterCounts | undefined;
  readonly tail: ReturnType<TailHub["stats"]> | undefined;
  readonly requestTimes: Family;
}

const one = (value: number): readonly Sample[] => [{ value }];

const byLabel = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));

const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: "counter",
  help,
  samples,
});
const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: "gauge",
  help,
  samples,
});

function ledgerFamilies(prefix: string, what: string, ledger: Ledger): readonly Family[] {
  return [
    counter(`${prefix}_accepted_records_total`, `Records ${what} accepted.`, one(ledger.accepted)),
    counter(`${prefix}_delivered_records_total`, `Records ${what} delivered.`, one(ledger.delivered)),
    counter(`${prefix}_filtered_records_total`, `Records ${what} left out by a rule.`, one(ledger.filtered)),
    counter(
      `${prefix}_dropped_records_total`,
      `Records ${what} gave up, by reason.`,
      byLabel("reason", ledger.dropped),
    ),
    gauge(`${prefix}_pending_records`, `Records ${what} has accepted and not yet delivered.`, one(ledger.pending)),
  ];
}

function journalFamilies(stats: JournalStats): readonly Family[] {
  const segments = {
    open: stats.segmentsOpen,
    waiting: stats.segmentsWaiting,
    quarantined: stats.segmentsQuarantined,
    unreadable: stats.segmentsUnreadable,
  };
  return [
    ...ledgerFamilies("taffrail_journal", "the journal", stats.ledger),
    gauge("taffrail_journal_bytes", "Bytes of accepted records that wait for the engine.", one(stats.bytes)),
    gauge(
      "taffrail_journal_limit_bytes",
      "Most bytes that may wait; beyond it senders are told to retry.",
      one(stats.bytesLimit),
    ),
    gauge("taffrail_journal_segments", "Segment files, by state.", byLabel("state", segments)),
    gauge(
      "taffrail_journal_refused_last_minute",
      "Appends refused in the last minute, because the journal had no room or did not drain.",
      one(stats.refusedLastMinute),
    ),
    gauge(
      "taffrail_journal_oldest_pending_seconds",
      "Age of the oldest record that waits.",
      one(stats.oldestPendingMs / 1000),
    ),
    gauge(
      "taffrail_journal_drain_bytes_per_second",
      "Bytes per second that left the journal lately.",
      one(stats.drainBytesPerSecond),
    ),
  ];
}

function ingestFamilies(stats: IngestStats): readonly Family[] {
  const sources = Object.entries(stats.sources);
  const plain = (pick: (source: (typeof sources)[number][1]) => number): readonly Sample[] =>
    sources.map(([source, numbers]) => ({ labels: { source }, value: pick(numbers) }));
  const coded = (pick: (source: (typeof sources)[number][1]) => Readonly<Record<string, number>>): readonly Sample[] =>
    sources.flatMap(([source, numbers]) =>
      Object.entries(pick(numbers)).map(([code, value]) => ({ labels: { source, code }, value })),
    );
  return [
    counter(
      "taffrail_ingest_requests_total",
      "Bodies received, by source.",
      plain((source) => source.requests),
    ),
    counter(
      "taffrail_ingest_failed_requests_total",
      "Bodies answered with an error, by source and code.",
      coded((source) => source.failed),
    ),
    counter(
      "taffrail_ingest_accepted_records_total",
      "Records made durable, by source.",
      plain((source) => source.accepted),
    ),
    counter(
      "taffrail_ingest_rejected_records_total",
      "Records refused one by one, by source and code.",
      coded((source) => source.rejected),
    ),
    counter(
      "taffrail_ingest_bytes_total",
      "Bytes of bodies after decompression, by source.",
      plain((source) => source.bytes),
    ),
    counter(
      "taffrail_ingest_replaced_times_total",
      "Records whose time was replaced by their arrival time.",
      plain((source) => source.timesReplaced),
    ),
    gauge("taffrail_ingest_bodies_in_flight", "Bodies being read, decoded or written.", one(stats.bodiesInFlight)),
    gauge("taffrail_ingest_in_flight_bytes", "Bytes of these bodies.", one(stats.bytesInFlight)),
  ];
}

function deadLetterFamilies({ kept, failed }: DeadLetterCounts): readonly Family[] {
  return [
    counter(
      "taffrail_dead_letters_total",
      "Records put into the dead letters, by the code that says why.",
      byLabel("code", kept),
    ),
    counter(
      "taffrail_dead_letter_failures_total",
      "Records whose dead letter could not be written, by code.",
      byLabel("code", failed),
    ),
  ];
}

function tailFamilies(stats: MetricsInput["tail"]): readonly Family[] {
  return [
    gauge("taffrail_tail_streams", "Live tails that are open.", one(stats?.readers ?? 0)),
    counter(
      "taffrail_tail_matched_records_total",
      "Records that matched the question of a live tail.",
      one(stats?.matched ?? 0),
    ),
    counter(
      "taffrail_tail_shown_records_total",
      "Those of them that were handed to its readers.",
      one(stats?.shown ?? 0),
    ),
    counter(
      "taffrail_tail_dropped_pushes_total",
      "Batches given up because their reader was slow.",
      one(stats?.droppedPushes ?? 0),
    ),
  ];
}

function processFamilies(): readonly Family[] {
  const cpu = process.cpuUsage();
  return [
    counter("process_cpu_seconds_total", "CPU time of the server's own process.", one((cpu.user + cpu.system) / 1e6)),
    gauge(
      "process_resident_memory_bytes",
      "Resident memory of the server's own process.",
      one(process.memoryUsage.rss()),
    ),
  ];
}

/**
 * All metrics of the server, read from its ledgers at this moment.
 *
 * @example renderMetrics(collectMetrics(input))
 */
export function collectMetrics(input: MetricsInput): readonly Family[] {
  const { engine, storage } = input;
  return [
    gauge("taffrail_build_info", "1, with the version as a label.", [{ labels: { version: input.version }, value: 1 }]),
    gauge("taffrail_ready", "1 while records are taken in and questions answered.", one(input.ready ? 1 : 0)),
    gauge("process_start_time_seconds", "When the server started, seconds since 1970.", one(input.startedAtMs / 1000)),
    ...processFamilies(),
    ...(input.ingest ? ingestFamilies(input.ingest) : []),
    ...(input.deadLetters ? deadLetterFamilies(input.deadLetters) : []),
    ...(input.journal ? journalFamilies(input.journal) : []),
    ...(input.self ? ledgerFamilies("taffrail_logger", "the server's own logger", input.self) : []),
    gauge("taffrail_engine_up", "1 while the engine answers.", one(engine?.state === "ready" ? 1 : 0)),
    counter("taffrail_engine_restarts_total", "Times the engine was started again.", one(engine?.restarts ?? 0)),
    ...(storage
      ? [
          gauge("taffrail_storage_rows", "Rows stored.", one(storage.rows)),
          gauge("taffrail_storage_bytes", "Bytes of the stored rows on disk.", one(storage.bytes)),
        ]
      : []),
    ...tailFamilies(input.tail),
    counter(
      "taffrail_http_refused_requests_total",
      "Requests turned away by the guards, by code.",
      byLabel("code", input.refused),
    ),
    input.requestTimes,
  ];
}

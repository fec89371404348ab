/** Tenant of rows that another program writes without naming one. */
const foreignTenant = "default";

/**
 * Upper 12 bits of the Seq of rows that another program writes. No journal uses this writer number, so such rows never take a Seq that a replay
 * looks for.
 */
const foreignWriter = 4095;

/** Replaced by "#" before a body is hashed into its PatternId: uuids, and runs of hexadecimal digits with at least one decimal digit. */
const patternMask = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]*[0-9][0-9a-fA-F]*";

/** What every row table has: repeated inserts are recognised by their token, and what is acknowledged is on disk. */
const durableSettings = [
  "non_replicated_deduplication_window = 10000",
  "fsync_after_insert = 1",
  "fsync_part_directory = 1",
] as const;

/**
 * The logs. Column names are those of the OpenTelemetry exporter for ClickHouse, so that other tools can read and write the table; each column
 * has a default, so that an INSERT with only the exporter's columns lands. Times are UTC. There is no TTL: retention drops whole partitions.
 */
const otelLogs = `
CREATE TABLE IF NOT EXISTS taffrail.otel_logs (
  Tenant LowCardinality(String) DEFAULT '${foreignTenant}',
  Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  ObservedTimestamp DateTime64(9) DEFAULT now64(9) CODEC(Delta(8), ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  SpanId String CODEC(ZSTD(1)),
  TraceFlags UInt8,
  SeverityText LowCardinality(String),
  SeverityNumber UInt8,
  ServiceName LowCardinality(String),
  EventName LowCardinality(String),
  Body String CODEC(ZSTD(1)),
  PatternId UInt64 DEFAULT cityHash64(replaceRegexpAll(Body, '${patternMask}', '#')) CODEC(ZSTD(1)),
  ResourceSchemaUrl LowCardinality(String),
  ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  ScopeSchemaUrl LowCardinality(String),
  ScopeName LowCardinality(String),
  ScopeVersion LowCardinality(String),
  ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  LogNumbers Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  Seq UInt64 DEFAULT bitOr(bitShiftLeft(toUInt64(${String(foreignWriter)}), 52), bitAnd(toUInt64(generateSnowflakeID()), 4503599627370495)) CODEC(Delta(8), ZSTD(1)),
  RetentionDays UInt16 DEFAULT 30,
  Source LowCardinality(String) DEFAULT 'table',
  INDEX i_seq Seq TYPE minmax GRANULARITY 1,
  INDEX i_body lower(Body) TYPE text(tokenizer = 'splitByNonAlpha'),
  INDEX i_trace TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX i_attribute_keys mapKeys(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX i_attribute_values mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX i_resource_values mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY (toDate(Timestamp), RetentionDays)
ORDER BY (Tenant, toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)
SETTINGS ${durableSettings.join(", ")}, map_serialization_version = 'with_buckets', map_serialization_version_for_zero_level_parts = 'basic', map_buckets_min_avg_size = 8`;

/** One step of the schema. Its statements must be safe to run again, because a crash may come between two of them. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** The schema's history, oldest first. A released entry is never changed; a change is a new entry. */
export const migrations: readonly Migration[] = [{ version: 1, name: "logs", statements: [otelLogs] }];

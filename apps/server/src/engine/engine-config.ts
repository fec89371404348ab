/** What the configuration file of the engine is made from. Sizes in bytes. */
export interface EngineConfig {
  /** Hard cap of all the engine's memory; beyond it queries fail, the process lives. */
  readonly memoryBytesMax: number;
  /** The only directory that BACKUP and RESTORE may touch. */
  readonly backupDirectory: string;
}

const mib = 1024 * 1024;

const escapeXml = (text: string): string =>
  text.replace(/[<>&'"]/g, (character) => `&#${String(character.codePointAt(0))};`);

/** Caches are sized for one machine that also runs other things; the engine's own defaults are several gigabytes each. */
const cacheBytes: Readonly<Record<string, number>> = {
  mark_cache_size: 24 * mib,
  index_mark_cache_size: 8 * mib,
  primary_index_cache_size: 16 * mib,
  uncompressed_cache_size: 0,
  index_uncompressed_cache_size: 0,
  text_index_tokens_cache_size: 8 * mib,
  text_index_header_cache_size: 8 * mib,
  text_index_postings_cache_size: 16 * mib,
  query_condition_cache_size: 4 * mib,
  compiled_expression_cache_size: 4 * mib,
  vector_similarity_index_cache_size: 0,
  unique_key_index_cache_size_bytes: 0,
  iceberg_metadata_files_cache_size: 0,
  parquet_metadata_cache_size: 0,
  page_cache_max_size: 0,
  mmap_cache_size: 64,
};

/** Pools are small because the machine is shared with the server; idle threads cost wake-ups. */
const pools: Readonly<Record<string, number>> = {
  background_pool_size: 2,
  background_merges_mutations_concurrency_ratio: 1,
  background_move_pool_size: 1,
  background_fetches_pool_size: 1,
  background_common_pool_size: 1,
  background_buffer_flush_schedule_pool_size: 1,
  background_schedule_pool_size: 2,
  background_message_broker_schedule_pool_size: 1,
  background_distributed_schedule_pool_size: 1,
  max_thread_pool_free_size: 8,
  max_active_parts_loading_thread_pool_size: 4,
  max_outdated_parts_loading_thread_pool_size: 2,
  max_parts_cleaning_thread_pool_size: 2,
  // Retention drops whole days, however large they are; 0 = no limit.
  max_partition_size_to_drop: 0,
  backup_threads: 2,
  restore_threads: 2,
  asynchronous_metrics_update_period_s: 3600,
  asynchronous_heavy_metrics_update_period_s: 86_400,
  dns_cache_update_period: 3600,
};

/**
 * Merges must stay possible with two background threads; the defaults forbid large merges and mutations unless more than that are free.
 * The small memory cap also asks for smaller merges than a server makes.
 */
const mergeTree: Readonly<Record<string, number>> = {
  number_of_free_entries_in_pool_to_execute_mutation: 1,
  number_of_free_entries_in_pool_to_lower_max_size_of_merge: 1,
  number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 1,
};

const elements = (values: Readonly<Record<string, number>>, indent: string): string =>
  Object.entries(values)
    .map(([name, value]) => `${indent}<${name}>${String(value)}</${name}>\n`)
    .join("");

/**
 * Writes the engine's configuration: memory capped, caches and pools small, UTC, no log tables, backups confined.
 *
 * @example engineConfigXml({ memoryBytesMax: 800_000_000, backupDirectory: "/data/backups" })
 */
export function engineConfigXml(config: EngineConfig): string {
  return [
    "<clickhouse>\n",
    "  <logger><level>none</level></logger>\n",
    "  <timezone>UTC</timezone>\n",
    `  <max_server_memory_usage>${String(Math.floor(config.memoryBytesMax))}</max_server_memory_usage>\n`,
    elements(cacheBytes, "  "),
    elements(pools, "  "),
    "  <merge_tree>\n",
    elements(mergeTree, "    "),
    "  </merge_tree>\n",
    `  <backups><allowed_path>${escapeXml(config.backupDirectory)}</allowed_path></backups>\n`,
    "</clickhouse>\n",
  ].join("");
}

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileFilter, type Filter, parseQuery } from "@taffrail/query";
import { migrations } from "../../store/schema.ts";

interface Session {
  query(sql: string, format?: string): string;
  cleanup(): void;
}

/** A row of the test table: only what matters to a case; the rest has the schema's defaults. */
export interface TestRow {
  readonly id: number;
  readonly body?: string;
  readonly level?: number;
  readonly service?: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly numbers?: Readonly<Record<string, number>>;
  readonly resource?: Readonly<Record<string, string>>;
  readonly scope?: Readonly<Record<string, string>>;
}

/** The product's own log table in a real engine, filled with the rows; `close` removes it from the disk. */
export interface EngineTable {
  /** Ids of the rows that the query finds, ascending. Throws with the parser's reason or the engine's words. */
  find(query: string): number[];
  findFilter(filter: Filter): number[];
  /** The same, worked out for each row without any index: an index must never change an answer. Throws when a row's is neither 0 nor 1. */
  findWithoutIndex(filter: Filter): number[];
  close(): void;
}

const rowJson = (row: TestRow): string =>
  JSON.stringify({
    Timestamp: "2026-11-22 09:00:00",
    Seq: row.id,
    Body: row.body ?? "",
    SeverityNumber: row.level ?? 9,
    ServiceName: row.service ?? "",
    LogAttributes: row.attributes ?? {},
    LogNumbers: row.numbers ?? {},
    ResourceAttributes: row.resource ?? {},
    ScopeAttributes: row.scope ?? {},
    ...row.columns,
  });

/** Opens the engine with the schema of the product and inserts the rows. */
export function openEngineTable(rows: readonly TestRow[]): EngineTable {
  const chdb = createRequire(import.meta.url)("chdb") as { readonly Session: new (path: string) => Session };
  const path = mkdtempSync(join(tmpdir(), "taffrail-query-"));
  const session = new chdb.Session(path);
  session.query("CREATE DATABASE IF NOT EXISTS taffrail");
  for (const { statements } of migrations) for (const statement of statements) session.query(statement);
  session.query(`INSERT INTO taffrail.otel_logs FORMAT JSONEachRow ${rows.map(rowJson).join("\n")}`);
  const select = (filter: Filter | undefined): number[] => {
    const { where } = compileFilter(filter, { maskedFields: [] });
    const sql = `SELECT Seq FROM taffrail.otel_logs WHERE Tenant = 'default' AND (${where}) ORDER BY Seq`;
    return session
      .query(sql, "TSV")
      .split("\n")
      .filter((line) => line !== "")
      .map(Number);
  };
  return {
    find(query) {
      const parsed = parseQuery(query);
      if (!parsed.ok) throw new Error(`${query}: column ${parsed.error.column}: ${parsed.error.reason}`);
      return select(parsed.filter);
    },
    findFilter: (filter) => select(filter),
    findWithoutIndex(filter) {
      const { where } = compileFilter(filter, { maskedFields: [] });
      const answer = session.query(`SELECT Seq, ${where} AS matches FROM taffrail.otel_logs ORDER BY Seq`, "TSV");
      const pairs = answer.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")]));
      const strange = pairs.find(([, matches]) => matches !== "0" && matches !== "1");
      if (strange !== undefined) throw new Error(`${where} is ${strange[1]} for row ${strange[0]}`);
      return pairs.filter(([, matches]) => matches === "1").map(([id]) => Number(id));
    },
    close() {
      session.cleanup();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { openTestStore, type TestStore } from "../../store/testdata/test-store.ts";
import { openTestJournal, type TestJournal } from "./test-journal.ts";

/** What a test with the real store works with; the directory and the table are empty at the start of each test. */
export interface StoreFixture {
  readonly store: TestStore;
  readonly dir: string;
  start(options?: Parameters<typeof openTestJournal>[2] & { readonly dir?: string }): Promise<TestJournal>;
  /** Bodies of all stored records, sorted; each one as often as it is stored. */
  storedIds(): Promise<string[]>;
}

/** Registers the hooks: one engine for the file, one directory and an empty table for each test. */
export function useStore(): StoreFixture {
  let store: TestStore | undefined;
  let dir = "";
  let open: TestJournal[] = [];
  const theStore = (): TestStore => {
    if (!store) throw new Error("the store is opened in beforeAll");
    return store;
  };
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => theStore().close());
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "taffrail-journal-"));
    open = [];
    await theStore().engine.ready();
    await theStore().engine.execute("TRUNCATE TABLE taffrail.otel_logs", { lane: "ingest", timeoutMs: 60_000 });
  });
  afterEach(async () => {
    for (const journal of open) await journal.close();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    get store(): TestStore {
      return theStore();
    },
    get dir(): string {
      return dir;
    },
    async start(options = {}): Promise<TestJournal> {
      const journal = await openTestJournal(options.dir ?? dir, options.store ?? theStore().segments, options);
      open.push(journal);
      return journal;
    },
    async storedIds(): Promise<string[]> {
      const rows = await theStore().rows("SELECT Body FROM taffrail.otel_logs ORDER BY Body");
      return rows.map((row) => String(row.Body));
    },
  };
}

/** `count` ids with a common prefix, in sorted order. */
export function idList(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, "0")}`);
}

import { join } from "node:path";
import { systemClock, systemIds, type TaffrailError } from "@taffrail/contracts";
import { createFailpoint } from "@taffrail/experiments";
import { openDeadLetters } from "../dead-letter-files.ts";
import type { DeadLetters } from "../dead-letters.ts";
import type { AppendRequest, Journal } from "../journal.ts";
import { type JournalDeps, openJournal } from "../open-journal.ts";
import type { SegmentStore } from "../segment-store.ts";

export interface TestJournal {
  readonly journal: Journal;
  readonly deadLetters: DeadLetters;
  readonly problems: readonly TaffrailError[];
  readonly dir: string;
  close(): Promise<void>;
}

/** The journal with real files under `dir` and the given store. `failpoints` is an arming text. */
export async function openTestJournal(
  dir: string,
  store: SegmentStore,
  options: Partial<Omit<JournalDeps, "failpoint">> & { readonly failpoints?: string } = {},
): Promise<TestJournal> {
  const problems: TaffrailError[] = [];
  const failpoint = createFailpoint(options.failpoints ?? "");
  const deadLetters = await openDeadLetters({ dir: join(dir, "dead-letters"), ids: systemIds, failpoint });
  const journal = await openJournal({
    dir: join(dir, "journal"),
    store,
    deadLetters,
    clock: systemClock,
    ids: systemIds,
    report: (error) => problems.push(error),
    ...options,
    failpoint,
  });
  return {
    journal,
    deadLetters,
    problems,
    dir: join(dir, "journal"),
    async close(): Promise<void> {
      await journal.close(10_000);
      await deadLetters.close();
    },
  };
}

/** A row line whose body is `id`, so that a test can find the record again. */
function rowLine(id: string, timeMs: number): string {
  const t = String(BigInt(timeMs) * 1_000_000n);
  const rest = '"tr":"","sp":"","f":0,"sv":"INFO","sn":9,"s":"test","e":"","r":{},"scn":"","scv":"","sca":{},"a":{},"n":{}';
  return `{"t":"${t}","o":"${t}",${rest},"b":${JSON.stringify(id)},"rd":30}\n`;
}

/** An append of row lines, one record per id, all of the same time. */
export function rowsRequest(
  ids: readonly string[],
  options: Partial<AppendRequest> & { readonly timeMs?: number } = {},
): AppendRequest {
  const now = Date.now();
  const timeMs = options.timeMs ?? now;
  return {
    kind: "log-rows",
    tenant: "default",
    principal: "local",
    source: "lines",
    batchId: "",
    payload: Buffer.from(ids.map((id) => rowLine(id, timeMs)).join("")),
    count: ids.length,
    timeMinMs: timeMs,
    timeMaxMs: timeMs,
    receivedAtMs: now,
    ...options,
  };
}

/** A frame the engine refuses as a whole: bytes that are no protobuf where an OTLP request should be. */
export function poisonRequest(options: Partial<AppendRequest> = {}): AppendRequest {
  const payload = Buffer.from([0x0a, 0x7f, 0xff, 0xff, 0xff]);
  return { ...rowsRequest(["poison"]), kind: "otlp-logs", source: "otlp", payload, count: 3, ...options };
}

/** Small repeatable random numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

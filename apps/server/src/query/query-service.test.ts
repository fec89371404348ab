import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogView, TaffrailError } from "@taffrail/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scope } from "../access/scope.ts";
import { openTestJournal, rowsRequest, type TestJournal } from "../journal/testdata/test-journal.ts";
import { createLogStore } from "../store/log-store.ts";
import { openTestStore, type TestStore } from "../store/testdata/test-store.ts";
import type { QueryParameters } from "./parameters.ts";
import { createQueryService, type QueryService } from "./query-service.ts";

const scope: Scope = { tenant: "default", datasets: ["logs"], maskedFields: ["user.email"] };
const nowMs = Date.UTC(2026, 10, 22, 9, 30, 0);
const clock = { now: () => nowMs, monotonic: () => 0 };
const signal = new AbortController().signal;

interface Line {
  readonly b: string;
  readonly sn?: number;
  readonly s?: string;
  readonly a?: Readonly<Record<string, string>>;
  readonly n?: Readonly<Record<string, number>>;
}

const rowLine = (line: Line, timeMs: number): string => {
  const t = String(BigInt(timeMs) * 1_000_000n);
  const empty = {
    tr: "",
    sp: "",
    f: 0,
    sv: "",
    sn: 9,
    s: "shop",
    e: "",
    r: {},
    scn: "",
    scv: "",
    sca: {},
    a: {},
    n: {},
  };
  return `${JSON.stringify({ t, o: t, ...empty, ...line, rd: 30 })}\n`;
};

let dir: string;
let store: TestStore;
let opened: TestJournal;
let service: QueryService;

const append = async (lines: readonly Line[], tenant: string, ageMs: number): Promise<void> => {
  const times = lines.map((_, index) => nowMs - ageMs + index);
  const payload = Buffer.from(lines.map((line, index) => rowLine(line, times[index] ?? nowMs)).join(""));
  const [timeMinMs = nowMs, timeMaxMs = nowMs] = [times[0], times.at(-1)];
  const request = rowsRequest([], { tenant, payload, count: lines.length, timeMinMs, timeMaxMs, receivedAtMs: nowMs });
  await opened.journal.append(request);
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "taffrail-query-"));
  store = await openTestStore();
  opened = await openTestJournal(dir, store.segments);
  const numbered = Array.from(
    { length: 25 },
    (_, index): Line => ({ b: `order ${index}`, a: { index: String(index) }, n: { index } }),
  );
  await append(numbered, "default", 60_000);
  await append(
    [{ b: "refused", sn: 17, s: "Checkout", a: { "user.id": "5", "user.email": "a@b.c" } }],
    "default",
    30_000,
  );
  await append([{ b: "secret of somebody else" }], "other", 30_000);
  await opened.journal.drained();
  service = createQueryService({ store: createLogStore({ engine: store.engine }), journal: opened.journal, clock });
});
afterAll(async () => {
  await opened.close();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const bodies = (records: readonly LogView[]): string[] => records.map(({ body }) => body);
const failure = async (asked: Promise<unknown>): Promise<TaffrailError> => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TaffrailError) return error;
  throw new Error(`no TaffrailError but ${String(error)}`);
};

describe("search", () => {
  const search = (parameters: QueryParameters) => service.search(scope, { since: "15m", ...parameters }, signal);

  test("newest first, with range, cost and statement, of the own tenant only", async () => {
    const answer = await search({});
    expect(answer.records).toHaveLength(26);
    expect(bodies(answer.records.slice(0, 2))).toEqual(["refused", "order 24"]);
    expect(answer.range).toEqual({ from: "2026-11-22T09:15:00.000Z", to: "2026-11-22T09:30:00.001Z" });
    expect(answer).toMatchObject({ pendingRecords: 0, notices: [] });
    expect(answer.rowsRead).toBeGreaterThan(0);
    expect(answer.sql).toContain("Tenant = 'default'");
    expect(answer).not.toHaveProperty("nextCursor");
    expect((await search({ query: "somebody" })).records).toEqual([]);
  });

  test("pages meet every record once, in both orders", async () => {
    for (const order of ["newest", "oldest"]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await search({ query: "order", limit: "7", order, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...bodies(page.records));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      const expected = Array.from({ length: 25 }, (_, index) => `order ${index}`);
      expect(seen).toEqual(order === "newest" ? expected.toReversed() : expected);
    }
  });

  test("a cursor keeps the range of its first page", async () => {
    const first = await search({ limit: "5" });
    const later = createQueryService({
      store: createLogStore({ engine: store.engine }),
      journal: opened.journal,
      clock: { ...clock, now: () => nowMs + 3_600_000 },
    });
    const second = await later.search(scope, { since: "15m", limit: "5", cursor: first.nextCursor }, signal);
    expect(second.range).toEqual(first.range);
    expect(second.records).toHaveLength(5);
  });

  test("a damaged cursor, and one of another query, are refused", async () => {
    const { nextCursor = "" } = await search({ limit: "5" });
    const damaged = Buffer.from(nextCursor, "base64url");
    damaged.writeUInt8((damaged[3] ?? 0) ^ 1, 3);
    const bad = [damaged.toString("base64url"), nextCursor.slice(0, -2), `${nextCursor}AA`, "", "x".repeat(500), "%%%"];
    for (const cursor of bad) {
      expect(await failure(search({ limit: "5", cursor }))).toMatchObject({
        code: "invalid_parameter",
        details: { name: "cursor" },
      });
    }
    expect((await failure(search({ query: "order", cursor: nextCursor }))).code).toBe("invalid_parameter");
    expect((await failure(search({ order: "oldest", cursor: nextCursor }))).code).toBe("invalid_parameter");
  });

  test("an empty answer says which field nobody has, and guesses", async () => {
    const answer = await search({ query: "usr.id:5 level:info" });
    expect(answer.notices).toEqual([
      { code: "unknown_field", message: "No record of this time range has the field usr.id. Did you mean user.id?" },
    ]);
    expect((await search({ query: "servce:shop" })).notices[0]?.message).toContain("Did you mean service?");
    expect((await search({ query: "email:5" })).notices[0]?.message).toContain("Did you mean user.email?");
    expect((await search({ query: "user.id:6" })).notices).toEqual([]);
  });

  test("records on their way are counted", async () => {
    const waiting = createQueryService({
      store: createLogStore({ engine: store.engine }),
      journal: { pendingRecords: (tenant) => (tenant === "default" ? 7 : 0) },
      clock,
    });
    const answer = await waiting.search(scope, { since: "15m", query: "nothing" }, signal);
    expect(answer.pendingRecords).toBe(7);
    expect(answer.notices.map(({ code }) => code)).toEqual(["pending_records"]);
  });

  test("masked fields cannot be asked about", async () => {
    const error = await failure(search({ query: "refused user.email:a*" }));
    expect(error).toMatchObject({ code: "query_field_masked", status: 403, details: { field: "user.email" } });
    expect((await search({ query: "refused" })).records[0]?.attributes).toMatchObject({ "user.email": "***" });
  });

  test("an aborted question is not answered", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(service.search(scope, { since: "15m" }, controller.signal)).rejects.toThrow();
    await expect(service.fields(scope, { since: "15m" }, controller.signal)).rejects.toThrow();
  });

  test("the look for the nearest field name ends with the question", async () => {
    const controller = new AbortController();
    const logs = createLogStore({ engine: store.engine });
    const left = createQueryService({
      store: {
        ...logs,
        fieldNames: (...asked) => {
          controller.abort(new Error("gone"));
          return logs.fieldNames(...asked);
        },
      },
      journal: opened.journal,
      clock,
    });
    await expect(left.search(scope, { since: "15m", query: "usr.id:5" }, controller.signal)).rejects.toThrow("gone");
  });
});

describe("what is refused", () => {
  const cases: readonly (readonly [QueryParameters, string])[] = [
    [{}, "time_range_required"],
    [{ to: "2026-11-22T09:00:00Z" }, "time_range_required"],
    [{ since: "15m", from: "0" }, "time_range_invalid"],
    [{ since: "15" }, "time_range_invalid"],
    [{ since: "0s" }, "time_range_invalid"],
    [{ since: "-5m" }, "time_range_invalid"],
    [{ since: "9999999d" }, "time_range_invalid"],
    [{ from: "yesterday" }, "time_range_invalid"],
    [{ from: "2026-11-22T09:00:00" }, "time_range_invalid"],
    [{ from: "2026-02-30T09:00:00Z" }, "time_range_invalid"],
    [{ from: "2026-11-22T25:00:00Z" }, "time_range_invalid"],
    [{ from: "1969-12-31T23:59:59Z" }, "time_range_invalid"],
    [{ from: "2400-01-01T00:00:00Z" }, "time_range_invalid"],
    [{ from: "2026-11-22T09:00:00Z", to: "2026-11-22T09:00:00Z" }, "time_range_invalid"],
    [{ from: "2000", to: "1000" }, "time_range_invalid"],
    [{ since: "1h", query: "(a" }, "query_syntax"],
    [{ since: "1h", query: "k:/(/" }, "query_bad_regex"],
    [{ since: "1h", query: "a".repeat(9000) }, "query_too_long"],
    [{ since: "1h", query: "(".repeat(40) }, "query_too_deep"],
    [{ since: "1h", query: "a ".repeat(300) }, "query_too_many_terms"],
    [{ since: "1h", limit: "1001" }, "limit_too_large"],
    [{ since: "1h", limit: "0" }, "invalid_parameter"],
    [{ since: "1h", limit: "1e2" }, "invalid_parameter"],
    [{ since: "1h", order: "random" }, "invalid_parameter"],
  ];
  test.each(cases)("%o: %s", async (parameters, code) => {
    const error = await failure(service.search(scope, parameters, signal));
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.remedy}`).not.toMatch(/[{}]\w*[{}]/);
  });

  test("a syntax error carries its place and a hint", async () => {
    const error = await failure(service.count(scope, { since: "1h", query: "a (b" }, signal));
    expect(error.details).toMatchObject({ column: 3, length: 1, hint: "Close the parenthesis opened at column 3." });
    expect(error.remedy).toBe("Close the parenthesis opened at column 3.");
  });
});

describe("the other questions", () => {
  test("count", async () => {
    const answer = await service.count(
      scope,
      { from: String(nowMs - 60_000), to: "2026-11-22T09:30:00Z", query: "index:>=20" },
      signal,
    );
    expect(answer).toMatchObject({
      count: 5,
      range: { from: "2026-11-22T09:29:00.000Z", to: "2026-11-22T09:30:00.000Z" },
    });
  });

  test("histogram: every bucket of the range", async () => {
    const answer = await service.histogram(scope, { since: "2m", buckets: "10" }, signal);
    expect(answer.total).toBe(26);
    expect(answer.buckets.length).toBeGreaterThan(5);
    const sum = answer.buckets.reduce((all, { counts }) => all + (counts.info ?? 0) + (counts.error ?? 0), 0);
    expect(sum).toBe(26);
    expect(answer.buckets[0]?.start).toMatch(/^2026-11-22T09:2\d:\d\d\.000Z$/);
    expect((await failure(service.histogram(scope, { since: "2m", buckets: "501" }, signal))).code).toBe(
      "invalid_parameter",
    );
  });

  test("facets, by any name of a field; masked ones are refused", async () => {
    const answer = await service.facets(
      scope,
      { since: "15m", fields: "severity, service.name,user.id", limit: "1" },
      signal,
    );
    expect(answer.facets.map(({ field, values, more }) => ({ field, values, more }))).toEqual([
      { field: "level", values: [{ value: "info", count: 25 }], more: true },
      { field: "service", values: [{ value: "shop", count: 25 }], more: true },
      { field: "user.id", values: [{ value: "5", count: 1 }], more: false },
    ]);
    const masked = await failure(service.facets(scope, { since: "15m", fields: "level,@user.email" }, signal));
    expect(masked.code).toBe("query_field_masked");
  });

  test("context of a record", async () => {
    const { records } = await service.search(scope, { since: "15m", query: '"order 10"' }, signal);
    const [record] = records;
    const parameters = { id: record?.id, time: record?.time, before: "2", after: "1" };
    const answer = await service.context(scope, parameters, signal);
    expect(bodies([...answer.before, answer.record, ...answer.after])).toEqual([
      "order 8",
      "order 9",
      "order 10",
      "order 11",
    ]);
    const wide = await service.context(scope, { ...parameters, after: "20", anyService: "true" }, signal);
    expect(bodies(wide.after).at(-1)).toBe("refused");
    expect((await failure(service.context(scope, { ...parameters, id: "1" }, signal))).code).toBe("record_not_found");
    expect((await failure(service.context({ ...scope, tenant: "other" }, parameters, signal))).code).toBe(
      "record_not_found",
    );
    expect((await failure(service.context(scope, { ...parameters, time: "now" }, signal))).code).toBe(
      "invalid_parameter",
    );
    expect((await failure(service.context(scope, { ...parameters, id: "18446744073709551616" }, signal))).code).toBe(
      "invalid_parameter",
    );
  });

  test("fields: built-in ones first, masked ones not at all", async () => {
    expect((await service.fields(scope, { since: "15m", prefix: "s" }, signal)).fields.slice(0, 2)).toEqual([
      "service",
      "span",
    ]);
    const { fields } = await service.fields(scope, { since: "15m", prefix: "user" }, signal);
    expect(fields).toEqual(["user.id"]);
  });

  test("explain shows the canonical text and what a search runs", async () => {
    const explained = await service.explain(scope, { query: "severity:WARNING  AND refused", since: "1h" }, signal);
    expect(explained.canonical).toBe("level:warn refused");
    const searched = await service.search(scope, { query: "level:warn refused", since: "1h", limit: "99" }, signal);
    expect(explained.sql).toBe(searched.sql);
    expect((await service.explain(scope, {}, signal)).canonical).toBe("");
  });
});

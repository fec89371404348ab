import { type Level, levelOfSeverity, limits, TaffrailError } from "@taffrail/contracts";
import { type Filter, parseQuery } from "@taffrail/query";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "../access/scope.ts";
import { orderBy, whereOf } from "./log-conditions.ts";
import { createLogStore } from "./log-store.ts";
import type { LogStore, Position, TimeRange } from "./store.ts";
import { seeded } from "./testdata/random-logs.ts";
import { storeRows, type TestRow } from "./testdata/rows.ts";
import { openTestStore, type TestStore } from "./testdata/test-store.ts";

const startMs = Date.UTC(2026, 10, 22, 8, 0, 0);
const minuteMs = 60_000;
const range: TimeRange = { fromMs: startMs, toMs: startMs + 60 * minuteMs };
const scope: Scope = { tenant: "default", datasets: ["logs"], maskedFields: [] };
const count = 2000;

const random = seeded(Number(process.env.TAFFRAIL_SEED ?? 4711));
/** Times repeat on purpose, so that pages must be told apart by Seq. */
const rows: readonly TestRow[] = Array.from({ length: count }, (_, index) => ({
  timeNs: BigInt(startMs + random(600) * 6000) * 1_000_000n + BigInt(random(2) * 123_456),
  service: ["checkout", "pay", "shop"][random(3)] ?? "",
  severity: [0, 1, 5, 9, 13, 17, 21, 24][random(8)] ?? 9,
  body: `order ${String(index)} placed`,
  attributes: { "http.route": `/r${String(random(20))}`, index, big: "9007199254740993", half: random(5) / 2 },
  resource: { "host.name": `h${String(random(3))}`, "telemetry.sdk.name": "x" },
}));

let store: TestStore;
let logs: LogStore;

beforeAll(async () => {
  store = await openTestStore();
  logs = createLogStore({ engine: store.engine });
  await storeRows(store, 1000n, rows.slice(0, 700));
  await storeRows(store, 1700n, rows.slice(700));
  await storeRows(store, 9000n, [{ timeNs: rows[0]?.timeNs ?? 0n, body: "not yours", service: "spy" }], "other");
});
afterAll(async () => {
  await store.close();
});

const seqOf = (index: number): string => String(1000 + index);
const newestFirst = rows
  .map((row, index) => ({ row, index }))
  .sort((a, b) => (a.row.timeNs === b.row.timeNs ? b.index - a.index : a.row.timeNs < b.row.timeNs ? 1 : -1))
  .map(({ index }) => seqOf(index));
const filterOf = (text: string): Filter | undefined => {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(`cannot parse ${text}`);
  return parsed.filter;
};

async function allPages(order: "newest" | "oldest", limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: Position | undefined;
  do {
    const page = await logs.search(scope, { filter: undefined, range, limit, order, ...(after ? { after } : {}) });
    expect(page.records.length).toBeLessThanOrEqual(limit);
    ids.push(...page.records.map((record) => record.id));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

describe("search", () => {
  it("pages through every record once, newest first or oldest first", async () => {
    expect(await allPages("newest", 333)).toEqual(newestFirst);
    expect(await allPages("oldest", 1000)).toEqual(newestFirst.toReversed());
  });

  it("finds records far apart in a long range, in pieces, none twice", async () => {
    const far = { ...scope, tenant: "far" };
    const hours = [0, 5, 11, 13, 50, 59, 61, 200, 700].map((hour) => startMs - hour * 3_600_000);
    const spread = hours.map((ms) => ({ timeNs: BigInt(ms) * 1_000_000n }));
    await storeRows(store, 200_000n, spread, "far");
    const wide = { fromMs: startMs - 720 * 3_600_000, toMs: startMs + 1 };
    const expected = hours.map((_, index) => String(200_000 + index));
    for (const limit of [1, 2, 4, 9, 20]) {
      for (const order of ["newest", "oldest"] as const) {
        const ids: string[] = [];
        let after: Position | undefined;
        do {
          const page = await logs.search(far, {
            filter: undefined,
            range: wide,
            limit,
            order,
            ...(after ? { after } : {}),
          });
          ids.push(...page.records.map(({ id }) => id));
          after = page.next;
        } while (after !== undefined);
        expect(ids).toEqual(order === "newest" ? expected : expected.toReversed());
      }
    }
  });

  it("answers records as they were sent", async () => {
    const index = rows.findIndex((row) => row.severity === 24);
    const found = await logs.search(scope, { filter: filterOf(`index:${String(index)}`), range, limit: 10 });
    const row = rows[index];
    const time = `${new Date(Number((row?.timeNs ?? 0n) / 1_000_000n)).toISOString().slice(0, -1)}${String((row?.timeNs ?? 0n) % 1_000_000n).padStart(6, "0")}Z`;
    expect(found.records).toEqual([
      {
        id: seqOf(index),
        time,
        observedTime: time,
        level: "fatal",
        severityNumber: 24,
        severityText: "",
        service: row?.service,
        body: `order ${String(index)} placed`,
        eventName: "",
        traceId: "",
        spanId: "",
        traceFlags: 0,
        scopeName: "",
        scopeVersion: "",
        scopeAttributes: {},
        resource: row?.resource,
        attributes: row?.attributes,
        source: "lines",
      },
    ]);
    expect(found.next).toBeUndefined();
    expect(found.sql).toContain("Tenant = 'default'");
    expect(found.rowsRead).toBeGreaterThan(0);
  });

  it("takes the start of the range and leaves out its end", async () => {
    const [{ timeNs } = { timeNs: 0n }] = rows;
    const fromMs = Number(timeNs / 1_000_000n);
    const inside = rows.filter((row) => row.timeNs / 1_000_000n === BigInt(fromMs)).length;
    const ask = (toMs: number): Promise<{ count: number }> =>
      logs.count(scope, { filter: undefined, range: { fromMs, toMs } });
    expect((await ask(fromMs)).count).toBe(0);
    expect((await ask(fromMs + 1)).count).toBe(inside);
  });

  it("reads the newest records in the order in which they lie on disk", async () => {
    const where = whereOf(scope, { filter: undefined, range });
    const actions = await store.rows(
      `EXPLAIN actions = 1 SELECT Seq FROM taffrail.otel_logs WHERE ${where} ORDER BY ${orderBy("newest")} LIMIT 10`,
    );
    expect(actions.map((row) => String(row.explain)).join("\n")).toMatch(
      /Prefix sort description: toStartOfFiveMinutes\(.*Timestamp\) DESC/,
    );
  });

  it("gives a shorter page when the records of a full one are too large", async () => {
    const body = "x".repeat(900_000);
    const big = Array.from({ length: 60 }, (_, index) => ({
      timeNs: BigInt(startMs - 3_600_000 + index) * 1_000_000n,
      body: `${body}${String(index)}`,
    }));
    await storeRows(store, 100_000n, big);
    const wide = { fromMs: startMs - 2 * 3_600_000, toMs: startMs };
    const page = await logs.search(scope, { filter: undefined, range: wide, limit: 60 });
    expect(page.records.length).toBeGreaterThan(0);
    expect(page.records.length).toBeLessThan(60);
    expect(page.next).toBeDefined();
  });
});

describe("counts", () => {
  it("match the records, in all and by filter", async () => {
    expect((await logs.count(scope, { filter: undefined, range })).count).toBe(count);
    const errors = rows.filter((row) => (row.severity ?? 0) >= 17).length;
    expect((await logs.count(scope, { filter: filterOf("level:>=error"), range })).count).toBe(errors);
  });

  it("stand in every bar of the histogram, by level", async () => {
    const histogram = await logs.histogram(scope, { filter: undefined, range, buckets: 60 });
    expect(histogram.stepMs).toBe(minuteMs);
    expect(histogram.total).toBe(count);
    const expected = Array.from({ length: 60 }, (_, bar) => {
      const counts: Partial<Record<Level, number>> = {};
      for (const row of rows) {
        if (Math.floor((Number(row.timeNs / 1_000_000n) - startMs) / minuteMs) !== bar) continue;
        const level = levelOfSeverity(row.severity ?? 9);
        counts[level] = (counts[level] ?? 0) + 1;
      }
      return { startMs: startMs + bar * minuteMs, counts };
    });
    expect(histogram.buckets).toEqual(expected);
  });

  it("keep empty bars", async () => {
    const empty = { fromMs: startMs - 86_400_000, toMs: startMs - 43_200_000 };
    const histogram = await logs.histogram(scope, { filter: undefined, range: empty, buckets: 12 });
    expect(histogram.buckets).toHaveLength(12);
    expect(histogram.buckets.every((bar) => Object.keys(bar.counts).length === 0)).toBe(true);
    expect(histogram.total).toBe(0);
  });
});

function commonest(textOf: (row: TestRow) => string): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(textOf(row), (counts.get(textOf(row)) ?? 0) + 1);
  return [...counts]
    .map(([value, times]) => ({ value, count: times }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

describe("facets", () => {
  it("count the values of the fields asked for", async () => {
    const fields = ["service", "http.route", "resource.host.name", "host", "nothing"];
    const answer = await logs.facets(scope, { filter: undefined, range, fields, limit: 5 });
    const routes = commonest((row) => String(row.attributes?.["http.route"]));
    const hosts = commonest((row) => String(row.resource?.["host.name"]));
    expect(answer.sampled).toBe(false);
    expect(answer.facets).toEqual([
      { field: "service", values: commonest((row) => row.service ?? ""), distinct: 3, more: false },
      { field: "http.route", values: routes.slice(0, 5), distinct: 20, more: true },
      { field: "resource.host.name", values: hosts, distinct: 3, more: false },
      { field: "host", values: hosts, distinct: 3, more: false },
      { field: "nothing", values: [], distinct: 0, more: false },
    ]);
  });

  it("choose the fields worth showing when none are asked for", async () => {
    const answer = await logs.facets(scope, { filter: undefined, range, fields: [], limit: 10 });
    expect(answer.facets.map((facet) => facet.field)).toEqual([
      "level",
      "service",
      "big",
      "half",
      "http.route",
      "host.name",
    ]);
    const levelsSeen = answer.facets[0]?.values.map(({ value }) => value).sort();
    expect(levelsSeen).toEqual(["debug", "error", "fatal", "info", "trace", "warn"]);
    const names = await logs.fieldNames(scope, range, { prefix: "", limit: 10 });
    expect([...names].sort()).toEqual(["big", "half", "host.name", "http.route", "index", "telemetry.sdk.name"]);
    expect(await logs.fieldNames(scope, range, { prefix: "HTTP", limit: 10 })).toEqual(["http.route"]);
  });
});

describe("around a record", () => {
  const position = (index: number): Position => ({ timeNs: String(rows[index]?.timeNs), seq: seqOf(index) });
  const neighbours = { before: 3, after: 2, anyService: true };

  it("its neighbours stand in time order, of its own service or of any", async () => {
    const at = newestFirst.indexOf(seqOf(1200));
    const answer = await logs.around(scope, position(1200), neighbours);
    expect(answer.before.map(({ id }) => id)).toEqual(newestFirst.slice(at + 1, at + 4).toReversed());
    expect(answer.record.id).toBe(seqOf(1200));
    expect(answer.after.map(({ id }) => id)).toEqual(newestFirst.slice(at - 2, at).toReversed());
    const own = await logs.around(scope, position(1200), { ...neighbours, anyService: false });
    expect(new Set([...own.before, ...own.after].map(({ service }) => service))).toEqual(
      new Set([rows[1200]?.service]),
    );
  });

  it("that is not there, or another tenant's, is not found", async () => {
    const missing = { timeNs: String(rows[0]?.timeNs), seq: "424242" };
    await expect(logs.around(scope, missing, neighbours)).rejects.toMatchObject({ code: "record_not_found" });
    const foreign = { timeNs: String(rows[0]?.timeNs), seq: "9000" };
    await expect(logs.around(scope, foreign, neighbours)).rejects.toMatchObject({ code: "record_not_found" });
  });
});

describe("a range of Seq", () => {
  it("answers the newest of what matches, oldest first, and says how many there were", async () => {
    const inRange = newestFirst.filter((seq) => Number(seq) >= 1100 && Number(seq) < 1200).toReversed();
    const all = await logs.range(scope, undefined, 1100n, 1200n, 500);
    expect(all.records.map(({ id }) => id)).toEqual(inRange);
    expect(all.matched).toBe(100);
    const some = await logs.range(scope, undefined, 1100n, 1200n, 7);
    expect(some.records.map(({ id }) => id)).toEqual(inRange.slice(-7));
    expect(some.matched).toBe(100);
    const errors = await logs.range(scope, filterOf("level:error"), 1000n, 3000n, 5000);
    expect(errors.matched).toBe(rows.filter((row) => row.severity === 17).length);
  });
});

describe("a question", () => {
  it("has one allowance of time, however many statements it takes", async () => {
    let elapsedMs = 0;
    const slow = createLogStore({
      engine: store.engine,
      clock: { monotonic: () => (elapsedMs += limits.queryTime.value * 0.4) },
    });
    const month = { fromMs: startMs - 720 * 3_600_000, toMs: startMs + 60 * minuteMs };
    const late = { code: "query_timeout", details: { seconds: limits.queryTime.value / 1000 } };
    const nobody = { ...scope, tenant: "nobody" };
    await expect(slow.search(nobody, { filter: undefined, range: month, limit: 10 })).rejects.toMatchObject(late);
    await expect(slow.facets(scope, { filter: undefined, range, fields: [], limit: 5 })).rejects.toMatchObject(late);
    expect((await slow.count(scope, { filter: undefined, range })).count).toBe(count);
  });

  it("about field names ends with the one who asked", async () => {
    const wanted = { prefix: "", limit: 10, signal: AbortSignal.abort(new Error("gone")) };
    await expect(logs.fieldNames(scope, range, wanted)).rejects.toThrow("gone");
  });
});

describe("a scope", () => {
  it("without the dataset reads nothing", async () => {
    const other = { ...scope, datasets: ["metrics"] };
    const forbidden = { code: "forbidden" };
    const question = { filter: undefined, range };
    const place = { timeNs: String(rows[0]?.timeNs), seq: seqOf(0) };
    await expect(logs.search(other, { ...question, limit: 1 })).rejects.toMatchObject(forbidden);
    await expect(logs.count(other, question)).rejects.toMatchObject(forbidden);
    await expect(logs.histogram(other, { ...question, buckets: 1 })).rejects.toMatchObject(forbidden);
    await expect(logs.facets(other, { ...question, fields: ["level"], limit: 1 })).rejects.toMatchObject(forbidden);
    await expect(logs.fieldNames(other, range, { prefix: "", limit: 1 })).rejects.toMatchObject(forbidden);
    await expect(logs.range(other, undefined, 0n, 9999n, 1)).rejects.toMatchObject(forbidden);
    const neighbours = { before: 1, after: 1, anyService: true };
    await expect(logs.around(other, place, neighbours)).rejects.toMatchObject(forbidden);
  });

  it("never sees another tenant, whatever its name or filter says", async () => {
    const tenants = ["x' OR '1'='1", "default' --", "\\' OR 1=1 OR Tenant='default", "other\0", ""];
    for (const tenant of tenants) {
      expect((await logs.count({ ...scope, tenant }, { filter: undefined, range })).count).toBe(0);
    }
    const filter = filterOf("service:spy OR NOT service:spy");
    expect((await logs.count(scope, { filter, range })).count).toBe(count);
    expect(
      (await logs.range(scope, undefined, 0n, 2n ** 64n - 1n, 5000)).records.some(({ service }) => service === "spy"),
    ).toBe(false);
    const other = await logs.facets(
      { ...scope, tenant: "other" },
      { filter: undefined, range, fields: ["service"], limit: 10 },
    );
    expect(other.facets[0]?.values).toEqual([{ value: "spy", count: 1 }]);
  });

  it("has its masked fields masked, and cannot ask for them", async () => {
    const masked = { ...scope, maskedFields: ["body", "http", "host.name", "half"] };
    const page = await logs.search(masked, { filter: undefined, range, limit: 1 });
    expect(page.records[0]).toMatchObject({
      body: "***",
      attributes: { "http.route": "***", half: "***", big: "9007199254740993" },
      resource: { "host.name": "***" },
    });
    const facets = await logs.facets(masked, { filter: undefined, range, fields: [], limit: 5 });
    expect(facets.facets.map((facet) => facet.field)).toEqual(["level", "service", "big"]);
    const asked = logs.facets(masked, { filter: undefined, range, fields: ["http.route"], limit: 5 });
    await expect(asked).rejects.toThrow(TaffrailError);
    await expect(logs.count(masked, { filter: filterOf("half:1"), range })).rejects.toMatchObject({
      code: "query_field_masked",
    });
  });
});

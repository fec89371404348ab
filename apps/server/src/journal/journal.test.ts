import { readdir } from "node:fs/promises";
import { ledgerFault } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import type { Commit } from "./journal.ts";
import { idList, useStore } from "./testdata/store-fixture.ts";
import { openTestJournal, rowsRequest } from "./testdata/test-journal.ts";

const fixture = useStore();

describe("the journal", () => {
  it("stores what it acknowledged, under the Seq it said, and deletes the file", async () => {
    const { journal, dir: folder } = await fixture.start();
    const first = await journal.append(rowsRequest(idList("a", 3)));
    const second = await journal.append(rowsRequest(idList("b", 2)));
    expect(second.seqBase).toBe(first.seqBase + 3n);
    expect(journal.pendingRecords("default")).toBe(5);
    await journal.drained();
    const rows = await fixture.store.rows("SELECT toString(Seq) AS seq, Body FROM taffrail.otel_logs ORDER BY Seq");
    expect(rows).toEqual(
      [...idList("a", 3), ...idList("b", 2)].map((Body, index) => ({
        seq: String(first.seqBase + BigInt(index)),
        Body,
      })),
    );
    expect(journal.pendingRecords("default")).toBe(0);
    expect(journal.stats().ledger).toEqual({ accepted: 5, delivered: 5, filtered: 0, dropped: {}, pending: 0 });
    await expect.poll(() => readdir(folder)).toEqual(["quarantine", "seq"]);
    await expect.poll(() => journal.stats().bytes).toBe(0);
  });

  it("lets concurrent appends share a segment, and keeps each apart", async () => {
    const { journal } = await fixture.start();
    const commits: Commit[] = [];
    journal.onCommit((commit) => commits.push(commit));
    const receipts = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        journal.append(rowsRequest(idList(`c${index}`, 2), { tenant: index % 2 === 0 ? "even" : "odd" })),
      ),
    );
    expect(new Set(receipts.map(({ seqBase }) => seqBase)).size).toBe(200);
    await journal.drained();
    expect(await fixture.storedIds()).toHaveLength(400);
    expect(commits.reduce((sum, { rows }) => sum + rows, 0)).toBe(400);
    expect(commits.flatMap(({ ranges }) => ranges.map(({ tenant }) => tenant)).sort()).toContain("even");
    expect(ledgerFault(journal.stats().ledger)).toBeUndefined();
  });

  it("closes a segment by age without being asked", async () => {
    const { journal } = await fixture.start();
    const committed = new Promise<Commit>((resolve) => journal.onCommit(resolve));
    await journal.append(rowsRequest(idList("age", 1)));
    expect((await committed).rows).toBe(1);
  });

  it("takes up again what an earlier one left, in the same numbers", async () => {
    const first = await fixture.start();
    const held = { ...fixture.store.segments, ready: () => new Promise<void>(() => {}) };
    await first.close();
    const away = await openTestJournal(fixture.dir, held);
    const receipt = await away.journal.append(rowsRequest(idList("left", 4)));
    await away.journal.close(50);
    await away.deadLetters.close();
    const { journal } = await fixture.start();
    expect(journal.stats().ledger).toMatchObject({ accepted: 4 });
    await journal.drained();
    const rows = await fixture.store.rows("SELECT toString(min(Seq)) AS seq, count() AS n FROM taffrail.otel_logs");
    expect(rows[0]).toMatchObject({ seq: String(receipt.seqBase) });
    expect(await fixture.storedIds()).toEqual(idList("left", 4));
  });

  it("cuts a segment of 120 days into inserts the engine takes", async () => {
    const { journal } = await fixture.start();
    const day = 86_400_000;
    const firstMs = Date.now() - 120 * day;
    const list = idList("day", 120);
    const times = list.map((_, index) => firstMs + index * day);
    const payload = Buffer.concat(
      list.map((id, index) => rowsRequest([id], { timeMs: times[index] ?? 0 }).payload as Buffer),
    );
    await journal.append({
      ...rowsRequest(list),
      payload,
      timeMinMs: times[0] ?? 0,
      timeMaxMs: times.at(-1) ?? 0,
    });
    await journal.drained();
    expect(await fixture.storedIds()).toEqual(list);
    const days = await fixture.store.rows("SELECT uniqExact(toDate(Timestamp)) AS days FROM taffrail.otel_logs");
    expect(Number(days[0]?.days)).toBe(120);
  });

  it("answers shutting_down after close, and close twice is one close", async () => {
    const { journal } = await fixture.start();
    await Promise.all([journal.close(1000), journal.close(1000)]);
    await expect(journal.append(rowsRequest(["late"]))).rejects.toMatchObject({ code: "shutting_down" });
  });

  it("refuses a request that cannot be a frame", async () => {
    const { journal } = await fixture.start();
    const request = rowsRequest(["x"]);
    await expect(journal.append({ ...request, tenant: "t".repeat(600) })).rejects.toMatchObject({
      code: "invalid_parameter",
    });
    await expect(journal.append({ ...request, count: 0 })).rejects.toMatchObject({ code: "invalid_parameter" });
    await expect(journal.append({ ...request, timeMinMs: 0.5 })).rejects.toMatchObject({ code: "invalid_parameter" });
    expect(journal.stats().ledger.accepted).toBe(0);
  });
});

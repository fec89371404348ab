import { expect, test } from "vitest";
import { line, linesInput, otlpInput, useIngest } from "./testdata/requests.ts";

const fixture = useIngest();
const bad = '{"msg": "cut\n';
const gigabyte = 1024 ** 3;

test("a sender that is told to come again leaves its refused lines once, however often it comes", async () => {
  const { ingest, journal, deadLetters } = await fixture.start();
  const input = linesInput(line("good") + bad);
  journal.setBudget(1);
  for (let attempt = 0; attempt < 3; attempt++) expect((await ingest.lines(input)).status).toBe(429);
  expect(deadLetters.total("default")).toBe(0);
  journal.setBudget(gigabyte);
  expect((await ingest.lines(input)).body).toMatchObject({ accepted: 1, rejected: 1 });
  expect(await deadLetters.list("default", 10)).toMatchObject([{ code: "invalid_line", count: 1 }]);
});

test("the same for OTLP", async () => {
  const { ingest, journal, deadLetters } = await fixture.start();
  const logRecords = [{ body: { stringValue: "good" } }, { body: { stringValue: 5 } }];
  const body = Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
  const input = otlpInput(body, { contentType: "application/json" });
  journal.setBudget(1);
  expect((await ingest.otlpLogs(input)).status).toBe(429);
  expect(deadLetters.total("default")).toBe(0);
  journal.setBudget(gigabyte);
  expect((await ingest.otlpLogs(input)).status).toBe(200);
  expect(deadLetters.total("default")).toBe(1);
});

test("a body that got half-way: refused lines before the break are kept, later ones come again", async () => {
  const { ingest, journal, deadLetters } = await fixture.start();
  const lines = Array.from({ length: 45 }, (_, index) => line(`${index} ${"x".repeat(500_000)}`));
  journal.setBudget(20_000_000);
  const { status, body } = await ingest.lines(linesInput(`{"first\n${lines.join("")}{"last\n`));
  expect(status).toBe(429);
  expect(body).toMatchObject({ acceptedThroughLine: expect.any(Number) });
  expect(await deadLetters.list("default", 10)).toMatchObject([{ sample: '{"first' }]);
});

test("when the refused lines cannot be kept, what is durable is not asked for again, and a body without it is", async () => {
  const { ingest, journal, deadLetters } = await fixture.start();
  await deadLetters.close();
  expect(await ingest.lines(linesInput(line("good") + bad))).toMatchObject({
    status: 200,
    body: { accepted: 1, rejected: 1, errors: [{ line: 2, code: "invalid_line" }] },
  });
  expect(journal.stats().ledger.accepted).toBe(1);
  expect((await ingest.lines(linesInput(bad))).status).toBe(503);
});

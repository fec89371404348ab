import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frameHead, headerFrame, parseFrame, parseHeader } from "./frame-codec.ts";
import { type ScannedDamage, type ScannedFrame, scanSegment } from "./segment-scan.ts";
import { seededRandom } from "./testdata/test-journal.ts";

const salt = 0xdeadbeef;
const header = {
  format: 1,
  kind: "log-rows",
  statementVersion: 3,
  blockSettings: { max_block_size: 65_409 },
  createdMs: 1_795_000_000_000,
  writer: 77,
} as const;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "taffrail-scan-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Built {
  readonly bytes: Buffer;
  /** Where each frame begins; the last element is the end. */
  readonly starts: readonly number[];
}

/** A segment with frames of the given payload sizes; every frame has two records. */
function build(sizes: readonly number[], random: () => number, frameSalt = salt): Built {
  const parts: Buffer[] = [headerFrame(header, 100n, frameSalt)];
  const starts = [0];
  let at = parts[0]?.length ?? 0;
  for (const [index, size] of sizes.entries()) {
    const payload = Buffer.from(Array.from({ length: Math.min(size, 4096) }, () => Math.floor(random() * 256)));
    const whole = Buffer.alloc(size, payload);
    const meta = {
      tenant: index % 2 === 0 ? "default" : "ünïcode",
      seqBase: 100n + BigInt(index) * 2n,
      source: "lines",
      principal: "local",
      batchId: "",
      receivedAtMs: 1_795_000_000_000,
      count: 2,
      timeMinMs: 5,
      timeMaxMs: 2 ** 45,
    };
    const head = frameHead(meta, "log-rows", whole, frameSalt);
    starts.push(at);
    parts.push(head, whole);
    at += head.length + whole.length;
  }
  return { bytes: Buffer.concat(parts), starts: [...starts, at] };
}

async function scan(bytes: Buffer): Promise<(ScannedFrame | ScannedDamage)[]> {
  const path = join(dir, "scan.seg");
  await writeFile(path, bytes);
  const file = await open(path, "r");
  const items: (ScannedFrame | ScannedDamage)[] = [];
  for await (const item of scanSegment(file, bytes.length, salt)) items.push(item);
  await file.close();
  return items;
}

const seqsOf = (items: readonly (ScannedFrame | ScannedDamage)[]): bigint[] =>
  items.flatMap((item) => (item.type === "frame" && item.frame.payload !== "header" ? [item.frame.meta.seqBase] : []));

/** Each byte belongs to exactly one item. */
function expectWhole(items: readonly (ScannedFrame | ScannedDamage)[], size: number): void {
  let at = 0;
  for (const item of items) {
    expect(item.at).toBe(at);
    at = item.type === "frame" ? item.at + item.frame.length : item.end;
  }
  expect(at).toBe(size);
}

describe("scanning a segment", () => {
  it("finds each frame of a whole file, also payloads larger than its window", async () => {
    const { bytes, starts } = build([0, 1, 100, 700_000, 127, 128, 16_384, 300_000], seededRandom(1));
    const items = await scan(bytes);
    expect(items.map(({ at }) => at)).toEqual(starts.slice(0, -1));
    expect(items.every(({ type }) => type === "frame")).toBe(true);
    const [first, second, third] = items;
    expect(first?.type === "frame" && first.frame.payload).toBe("header");
    expect(second?.type === "frame" && second.frame.meta).toMatchObject({ tenant: "default", seqBase: 100n, count: 2 });
    expect(third?.type === "frame" && third.frame.meta).toMatchObject({ tenant: "ünïcode", timeMaxMs: 2 ** 45 });
  });

  it("reads back the header it wrote", () => {
    const bytes = headerFrame(header, 5n, salt);
    const payloadAt = parseFrame(bytes, 0)?.payloadAt ?? 0;
    expect(parseHeader(bytes.subarray(payloadAt))).toEqual(header);
  });

  it("cut anywhere, keeps every frame before the cut and calls the rest damage", async () => {
    const seed = Date.now() % 100_000;
    console.log(`scan cuts: seed ${seed}`);
    const random = seededRandom(seed);
    const { bytes, starts } = build([50, 3000, 10, 400, 90], random);
    for (let round = 0; round < 60; round += 1) {
      const cut = 1 + Math.floor(random() * (bytes.length - 1));
      const items = await scan(bytes.subarray(0, cut));
      expectWhole(items, cut);
      const whole = starts.filter((start, index) => index > 0 && start <= cut).length;
      expect(items.filter(({ type }) => type === "frame")).toHaveLength(whole);
      expect(items.filter(({ type }) => type === "damage")).toHaveLength(starts.includes(cut) ? 0 : 1);
    }
  });

  it("with any one bit flipped, loses that frame and no other", async () => {
    const seed = Date.now() % 100_000;
    console.log(`scan flips: seed ${seed}`);
    const random = seededRandom(seed);
    const { bytes, starts } = build([50, 3000, 10, 400, 90], random);
    const all = [100n, 102n, 104n, 106n, 108n];
    for (let round = 0; round < 120; round += 1) {
      const at = Math.floor(random() * bytes.length);
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const items = await scan(flipped);
      expectWhole(items, bytes.length);
      const hit = starts.findLastIndex((start) => start <= at);
      expect(seqsOf(items), `seed ${seed}, byte ${at}`).toEqual(all.filter((_, index) => index + 1 !== hit));
    }
  });

  it("finds frames again behind a run of garbage", async () => {
    const random = seededRandom(3);
    const { bytes, starts } = build([50, 300_000, 10, 400], random);
    bytes.fill(0x0a, (starts[2] ?? 0) - 5, (starts[3] ?? 0) - 100_000);
    const items = await scan(bytes);
    expectWhole(items, bytes.length);
    expect(seqsOf(items)).toEqual([104n, 106n]);
  });

  it("never takes bytes inside a payload for a frame, even when the outer frame is damaged", async () => {
    const inner = build([40], seededRandom(4), 12345);
    const meta = {
      tenant: "attacker",
      seqBase: 100n,
      source: "lines",
      principal: "local",
      batchId: "",
      receivedAtMs: 1,
      count: 1,
      timeMinMs: 0,
      timeMaxMs: 0,
    };
    const outer = Buffer.concat([
      headerFrame(header, 100n, salt),
      frameHead(meta, "log-rows", inner.bytes, salt),
      inner.bytes,
    ]);
    const headerLength = headerFrame(header, 100n, salt).length;
    outer[headerLength + 6] = 0xff;
    const items = await scan(outer);
    expect(seqsOf(items)).toEqual([]);
    expect(items.map(({ type }) => type)).toEqual(["frame", "damage"]);
  });
});

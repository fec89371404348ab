import { levels } from "@taffrail/contracts";
import { createRandom, recordView, testFilter } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { samplingFilter } from "./sampling-filter.ts";

const traceIds = Array.from({ length: 2000 }, (_, index) => createRandom(index).hex(16));
const share = (kept: readonly boolean[]): number => kept.filter(Boolean).length / kept.length;

testFilter(
  "samplingFilter",
  () => ({
    filter: samplingFilter({ rate: 0 }),
    keeps: [recordView({ level: "warn" }), recordView({ level: "fatal" })],
    filters: [recordView(), recordView({ level: "debug", traceId: traceIds[0] ?? "" })],
  }),
  { runner: { describe, expect, it } },
);

describe("samplingFilter", () => {
  it.each([0, 0.01, 0.3, 0.9, 1])(
    "sampling.rate %f: keeps about that share of traces, exactly none and all at the ends",
    (rate) => {
      const filter = samplingFilter(rate);
      const kept = share(traceIds.map((traceId) => filter.keep(recordView({ traceId }))));
      if (rate === 0 || rate === 1) expect(kept).toBe(rate);
      else expect(Math.abs(kept - rate)).toBeLessThan(0.04);
    },
  );

  it("sampling.rate: ids that count up, or are random only in a part, are spread as well", () => {
    const filter = samplingFilter(0.5);
    const counted = Array.from({ length: 2000 }, (_, index) => index.toString(16).padStart(32, "0"));
    const timed = traceIds.map(
      (id, index) => `${(0x6740_0000 + index).toString(16)}${id.slice(8, 20)}${"0".repeat(12)}`,
    );
    for (const ids of [counted, timed]) {
      const kept = share(ids.map((traceId) => filter.keep(recordView({ traceId }))));
      expect(Math.abs(kept - 0.5)).toBeLessThan(0.05);
    }
  });

  it("sampling.by trace: decides alike for all records of a trace, in every process", () => {
    const filters = [samplingFilter(0.5), samplingFilter(0.5, { random: () => 0.999 })];
    for (const traceId of traceIds.slice(0, 200)) {
      const answers = filters.flatMap((filter) =>
        (["info", "debug", "info"] as const).map((level) => filter.keep(recordView({ traceId, level }))),
      );
      expect(new Set(answers).size).toBe(1);
    }
    // Fixed, since another process, maybe with another version, must decide the same.
    const fixed = Array.from({ length: 16 }, (_, index) => `0af7651916cd43dd8448eb211c8031${index + 10}`);
    const kept = fixed.map((traceId) => Number(filters[0]?.keep(recordView({ traceId }))));
    expect(kept.join("")).toBe("1010101001100010");
  });

  it("sampling.by trace: a higher rate keeps all that a lower one keeps", () => {
    const [low, high] = [samplingFilter(0.2), samplingFilter(0.4)];
    for (const traceId of traceIds) {
      if (low.keep(recordView({ traceId }))) expect(high.keep(recordView({ traceId }))).toBe(true);
    }
  });

  it("sampling.by trace: without a trace decides for each request, without a request for each record", () => {
    const random = createRandom(11);
    const filter = samplingFilter(0.5, { random: random.next });
    const requests = Array.from({ length: 400 }, (_, id) => ({ id }));
    const first = requests.map((context) => filter.keep(recordView({ context })));
    const second = requests.map((context) => filter.keep(recordView({ context, message: "again" })));
    expect(second).toEqual(first);
    expect(Math.abs(share(first) - 0.5)).toBeLessThan(0.1);
    const alone = Array.from({ length: 400 }, () => filter.keep(recordView()));
    expect(Math.abs(share(alone) - 0.5)).toBeLessThan(0.1);
  });

  it("sampling.by record: cuts through traces", () => {
    const filter = samplingFilter({ rate: 0.5, by: "record" }, { random: createRandom(5).next });
    const kept = Array.from({ length: 1000 }, () => filter.keep(recordView({ traceId: traceIds[0] ?? "" })));
    expect(Math.abs(share(kept) - 0.5)).toBeLessThan(0.06);
  });

  it("sampling.levels: only those are sampled", () => {
    const keptBy = (filter: ReturnType<typeof samplingFilter>) =>
      levels.filter((level) => filter.keep(recordView({ level })));
    expect(keptBy(samplingFilter(0))).toEqual(["warn", "error", "fatal"]);
    expect(keptBy(samplingFilter({ rate: 0, levels: ["debug", "warn"] }))).toEqual(["trace", "info", "error", "fatal"]);
  });

  it("sampling.keepErrors: error and fatal go on unless it is false", () => {
    const keptBy = (keepErrors?: boolean) => {
      const filter = samplingFilter({ rate: 0, levels, ...(keepErrors === undefined ? {} : { keepErrors }) });
      return levels.filter((level) => filter.keep(recordView({ level })));
    };
    expect(keptBy()).toEqual(["error", "fatal"]);
    expect(keptBy(true)).toEqual(["error", "fatal"]);
    expect(keptBy(false)).toEqual([]);
  });

  it("changes its rate while it works, and refuses a rate that is none", () => {
    const filter = samplingFilter(0);
    expect(filter.keep(recordView())).toBe(false);
    filter.rate = 1;
    expect([filter.keep(recordView()), filter.rate]).toEqual([true, 1]);
    expect(() => {
      filter.rate = 1.5;
    }).toThrow("sampling: option rate is not valid");
    expect(filter.rate).toBe(1);
  });

  it.each<[unknown, string]>([
    [{}, "option rate is not valid: it must be given"],
    [2, "option rate is not valid: it must be a number from 0 to 1"],
    [{ rate: Number.NaN }, "option rate"],
    [{ rate: 1, by: "user" }, "option by is not valid"],
    [{ rate: 1, levels: ["loud"] }, "option levels is not valid: entry 0"],
    [{ rate: 1, keepErrors: "yes" }, "option keepErrors is not valid"],
    [{ rate: 1, ratio: 1 }, "option ratio is unknown"],
  ])("refuses %j", (options, part) => {
    expect(() => samplingFilter(options as number)).toThrow(part);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTimeFormat, msOf, subMillis } from "./format.ts";
import { parseMoment } from "./parse-moment.ts";
import {
  absoluteRange,
  durationWords,
  resolveRange,
  shiftRange,
  type TimeRange,
  widerRange,
  zoomOut,
} from "./range.ts";
import { rangeWords } from "./range-words.ts";
import { timeTicks } from "./ticks.ts";

const utc = createTimeFormat("UTC");
const berlin = createTimeFormat("Europe/Berlin");
const noon = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const hour = 60 * minute;

describe("durations", () => {
  it.each([
    [hour, "1 hour"],
    [90 * minute, "90 minutes"],
    [24 * hour, "24 hours"],
    [48 * hour, "2 days"],
    [1500, "1.5 seconds"],
    [20, "20 ms"],
  ])("%d ms is said as %s", (ms, words) => expect(durationWords(ms)).toBe(words));
});

describe("ranges", () => {
  it("moves a relative range with the clock and leaves an absolute one", () => {
    expect(resolveRange({ kind: "relative", since: "1h" }, noon)).toEqual({ from: noon - hour, to: noon });
    expect(resolveRange({ kind: "absolute", from: 1, to: 2 }, noon)).toEqual({ from: 1, to: 2 });
  });

  it("never makes an empty range", () => {
    expect(absoluteRange(5, 5)).toEqual({ kind: "absolute", from: 5, to: 15 });
    expect(absoluteRange(9.7, 3.2)).toEqual({ kind: "absolute", from: 3, to: 13 });
  });

  it("shifts by its own length, and later only up to now", () => {
    const range: TimeRange = { kind: "absolute", from: noon - 3 * hour, to: noon - 2 * hour };
    expect(shiftRange(range, noon, -1)).toEqual({ kind: "absolute", from: noon - 4 * hour, to: noon - 3 * hour });
    expect(shiftRange(range, noon, 1)).toEqual({ kind: "absolute", from: noon - 2 * hour, to: noon - hour });
    expect(shiftRange({ kind: "absolute", from: noon - 90 * minute, to: noon - 30 * minute }, noon, 1)).toEqual({
      kind: "absolute",
      from: noon - hour,
      to: noon,
    });
    expect(shiftRange({ kind: "relative", since: "1h" }, noon, 1)).toEqual({ kind: "relative", since: "1h" });
  });

  it("zooms out about the middle, and a relative range back from now", () => {
    expect(zoomOut({ kind: "absolute", from: noon - 4 * hour, to: noon - 2 * hour }, noon)).toEqual({
      kind: "absolute",
      from: noon - 5 * hour,
      to: noon - hour,
    });
    expect(zoomOut({ kind: "relative", since: "45m" }, noon)).toEqual({ kind: "relative", since: "90m" });
  });

  it("suggests the next wider preset near now, and a doubled range for the past", () => {
    expect(widerRange({ kind: "relative", since: "15m" }, noon)).toEqual({ kind: "relative", since: "30m" });
    const past: TimeRange = { kind: "absolute", from: noon - 50 * hour, to: noon - 49 * hour };
    expect(widerRange(past, noon)).toEqual(zoomOut(past, noon));
  });

  it("says ranges in few words", () => {
    expect(rangeWords({ kind: "relative", since: "1h" }, utc)).toBe("Last hour");
    expect(rangeWords({ kind: "relative", since: "24h" }, utc)).toBe("Last 24 hours");
    expect(rangeWords({ kind: "absolute", from: noon, to: noon + hour }, utc)).toBe("Nov 22 12:00 – 13:00");
    expect(rangeWords({ kind: "absolute", from: noon, to: noon + 24 * hour }, utc)).toBe("Nov 22 12:00 – Nov 23 12:00");
    expect(rangeWords({ kind: "absolute", from: noon + 1000, to: noon + hour }, utc)).toBe(
      "Nov 22 12:00:01 – 13:00:00",
    );
    expect(rangeWords({ kind: "absolute", from: noon, to: noon + 20 }, utc)).toBe("Nov 22 12:00:00.000 – 12:00:00.020");
  });
});

describe("writing times", () => {
  it("keeps milliseconds and shows nanoseconds beyond them apart", () => {
    const time = "2026-11-22T12:00:00.123456789Z";
    expect(msOf(time)).toBe(noon + 123);
    expect(subMillis(time)).toBe("456789");
    expect(subMillis("2026-11-22T12:00:00.123000000Z")).toBe("");
    expect(utc.full(msOf(time))).toBe("2026-11-22 12:00:00.123");
  });

  it("uses the zone, and midnight is hour 0", () => {
    expect(berlin.seconds(noon)).toBe("13:00:00");
    expect(utc.minutes(Date.UTC(2026, 10, 22))).toBe("00:00");
  });
});

describe("reading times", () => {
  const read = (text: string, format = utc): number | undefined => parseMoment(text, { format, now: noon });

  it.each([
    ["now", noon],
    ["-2h", noon - 2 * hour],
    ["now-30m", noon - 30 * minute],
    ["2026-11-22 08:30", Date.UTC(2026, 10, 22, 8, 30)],
    ["2026-11-22T08:30:15.25", Date.UTC(2026, 10, 22, 8, 30, 15, 250)],
    ["08:30:00,007", Date.UTC(2026, 10, 22, 8, 30, 0, 7)],
    ["2026-11-21", Date.UTC(2026, 10, 21)],
    ["2026-11-22T08:30:00+02:00", Date.UTC(2026, 10, 22, 6, 30)],
    ["1795348800", 1_795_348_800_000],
    ["1795348800123", 1_795_348_800_123],
  ])("%s", (text, ms) => expect(read(text)).toBe(ms));

  it.each(["yesterday", "2026-13-01", "2026-11-32 10:00", "25:00", "10:75", "-2 parsecs", "2026-11-22 8"])(
    "%s is refused",
    (text) => expect(read(text)).toBeUndefined(),
  );

  it("reads wall-clock times in the format's zone, also around a change of summer time", () => {
    expect(read("2026-11-22 13:00", berlin)).toBe(noon);
    expect(read("2026-10-25 01:30", berlin)).toBe(Date.UTC(2026, 9, 24, 23, 30));
    expect(read("2026-10-25 04:30", berlin)).toBe(Date.UTC(2026, 9, 25, 3, 30));
  });

  it("reads back whatever it writes", () => {
    const seed = 20261122;
    const moments = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(moments, (ms) => parseMoment(utc.full(ms), { format: utc, now: noon }) === ms),
      { seed },
    );
  });
});

describe("ticks", () => {
  it("stand at round times of the zone and name midnight by its date", () => {
    const ticks = timeTicks({ from: noon, to: noon + 24 * hour }, 9, utc);
    expect(ticks.map((tick) => tick.label)).toEqual([
      "12:00",
      "15:00",
      "18:00",
      "21:00",
      "Nov 23",
      "03:00",
      "06:00",
      "09:00",
    ]);
    const kolkata = timeTicks({ from: noon, to: noon + 6 * hour }, 6, createTimeFormat("Asia/Kolkata"));
    expect(kolkata.map((tick) => tick.label)).toEqual(["18:00", "19:00", "20:00", "21:00", "22:00", "23:00"]);
  });

  it("are never more than asked for, nor any for an empty span", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 1e11 }), fc.integer({ min: 1, max: 20 }), (length, most) => {
        return timeTicks({ from: noon, to: noon + length }, most, utc).length <= most + 1;
      }),
      { seed: 7 },
    );
    expect(timeTicks({ from: noon, to: noon }, 5, utc)).toEqual([]);
  });
});

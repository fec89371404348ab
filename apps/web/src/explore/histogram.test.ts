import { describe, expect, it } from "vitest";
import { brushEnter, brushKey, brushMove, brushPress, brushRelease } from "./brush-state.ts";
import { barAt, bucketsFor, countsWords, layoutBars, niceMax, sumCounts } from "./histogram-scale.ts";

const start = Date.UTC(2026, 10, 22, 9);
const minute = 60_000;
const plot = { width: 400, height: 100, from: start, to: start + 4 * minute };
const buckets = [{ info: 10 }, {}, { info: 98, error: 2 }, { fatal: 1 }].map((counts, index) => ({
  start: new Date(start + index * minute).toISOString(),
  counts,
}));
const bars = layoutBars(buckets, minute, plot);

describe("bars", () => {
  it("fill the width in order, loud levels on top, each part visible", () => {
    expect(bars.map((bar) => bar.left)).toEqual([0, 100, 200, 300]);
    expect(bars[2]?.parts.map((part) => part.level)).toEqual(["info", "error"]);
    expect(bars[2]?.parts[1]?.top).toBeLessThan(bars[2]?.parts[0]?.top ?? 0);
    expect(bars[3]?.parts[0]?.height).toBeGreaterThan(1);
    expect(bars[1]?.parts).toEqual([]);
  });

  it("are cut at the edges of the plot", () => {
    const cut = layoutBars(buckets, minute, { ...plot, from: start + minute / 2, to: start + 3.5 * minute });
    expect(cut[0]?.left).toBe(0);
    const last = cut.at(-1);
    expect((last?.left ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(400);
  });

  it.each([
    [0, 1],
    [7, 8],
    [101, 120],
    [1301, 1500],
    [9001, 10_000],
  ])("the axis for %d ends at %d", (value, max) => expect(niceMax(value)).toBe(max));

  it("have counts in words and sums", () => {
    expect(countsWords({ info: 1024, error: 3 })).toBe("3 error, 1,024 info");
    expect(countsWords({})).toBe("no records");
    expect(sumCounts(buckets)).toEqual({ trace: 0, debug: 0, info: 108, warn: 0, error: 2, fatal: 1 });
  });

  it("are asked for in coarse steps of the width", () => {
    expect(bucketsFor(320)).toBe(30);
    expect(bucketsFor(1150)).toBe(90);
    expect(bucketsFor(4000)).toBe(120);
  });
});

describe("brush", () => {
  it("zooms to a dragged stretch, in either direction", () => {
    const dragged = brushMove(brushPress(300, plot), 100, bars, plot);
    expect(brushRelease(dragged, bars)).toEqual({ from: start + minute, to: start + 3 * minute });
  });

  it("zooms to a clicked bar, but not to an empty one, and not without a press", () => {
    expect(brushRelease(brushMove(brushPress(250, plot), 252, bars, plot), bars)).toEqual({
      from: start + 2 * minute,
      to: start + 3 * minute,
    });
    expect(brushRelease(brushPress(150, plot), bars)).toBeUndefined();
    expect(brushRelease({}, bars)).toBeUndefined();
  });

  it("shows the bar under the pointer and stays inside the plot", () => {
    expect(brushMove({}, 250, bars, plot)).toEqual({ active: 2 });
    expect(brushMove({}, -50, bars, plot)).toEqual({ active: 0 });
    expect(barAt(bars, plot.to)).toBeUndefined();
  });

  it("moves by keys, extends with Shift and chooses with Enter", () => {
    const first = brushKey({}, "ArrowRight", false, bars) ?? {};
    expect(first).toEqual({ active: 0 });
    expect(brushEnter(first, bars)).toEqual({ from: start, to: start + minute });
    const wide = brushKey(first, "ArrowRight", true, bars) ?? {};
    expect(brushEnter(wide, bars)).toEqual({ from: start, to: start + 2 * minute });
    expect(brushKey({}, "ArrowLeft", false, bars)).toEqual({ active: 3 });
    expect(brushKey({ active: 3 }, "ArrowRight", false, bars)).toEqual({ active: 3 });
    expect(brushKey({}, "x", false, bars)).toBeUndefined();
    expect(brushEnter({}, bars)).toBeUndefined();
  });
});

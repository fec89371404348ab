import { describe, expect, it } from "vitest";
import { createLanes, type LaneJob } from "./lanes.ts";

interface Probe extends LaneJob {
  readonly slots: number[];
}

const probe = (lane: LaneJob["lane"], suspect = false): Probe => {
  const slots: number[] = [];
  return { lane, suspect, slots, start: (slot) => slots.push(slot) };
};

describe("lanes", () => {
  it("start what has a free session and keep the rest in order", () => {
    const lanes = createLanes({ ingest: 1, interactive: 2, background: 1 });
    const [first, second, third, fourth] = [
      probe("interactive"),
      probe("interactive"),
      probe("interactive"),
      probe("interactive"),
    ];
    for (const job of [first, second, third, fourth]) expect(lanes.submit(job)).toBe(true);
    expect([first.slots, second.slots, third.slots, fourth.slots]).toEqual([[1], [2], [], []]);
    const insert = probe("ingest");
    lanes.submit(insert);
    expect(insert.slots).toEqual([0]);
    lanes.release(2);
    expect([third.slots, fourth.slots]).toEqual([[2], []]);
    expect(lanes.withdraw(fourth)).toBe(true);
    expect(lanes.withdraw(third)).toBe(false);
    lanes.release(1);
    expect(fourth.slots).toEqual([]);
  });

  it("never run two suspects at the same time, and do not hold up others for it", () => {
    const lanes = createLanes({ ingest: 1, interactive: 3, background: 1 });
    const [suspect, other, sound] = [probe("interactive", true), probe("interactive", true), probe("interactive")];
    for (const job of [suspect, other, sound]) lanes.submit(job);
    expect([suspect.slots, other.slots, sound.slots]).toEqual([[1], [], [2]]);
    lanes.release(1);
    expect(other.slots).toEqual([1]);
  });

  it("refuse what goes beyond their queue", () => {
    const lanes = createLanes({ ingest: 1, interactive: 1, background: 1 });
    const taken = Array.from({ length: 1000 }, () => lanes.submit(probe("background"))).filter(Boolean).length;
    expect(taken).toBe(501);
  });
});

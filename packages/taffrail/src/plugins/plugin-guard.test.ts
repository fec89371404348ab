import { recordView } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { describeThrown } from "./plugin-guard.ts";
import { filterOf, makeHost } from "./testdata/make-host.ts";

const record = recordView();
const repeat = (times: number, call: () => unknown): void => {
  for (let count = 0; count < times; count += 1) call();
};

describe("a plugin that keeps failing", () => {
  const failing = (failMode: "open" | "closed") => {
    const state = { fails: true, calls: 0 };
    const filter = filterOf(
      () => {
        state.calls += 1;
        if (state.fails) throw new Error("boom");
        return false;
      },
      { failMode },
    );
    return { state, ...makeHost([filter]) };
  };

  it("is left out after 20 failures in a row, in its fail mode, and tells it once", () => {
    const { host, state, problems } = failing("closed");
    repeat(50, () => expect(host.caller.admit(record)).toBe("plugin-failed"));
    expect(state.calls).toBe(20);
    const [first = "", second, ...others] = problems;
    expect(first).toMatch(/^filter test-filter failed: Error at \S+plugin-guard\.test\.ts:\d+:\d+$/);
    const place = first.split("failed: ")[1];
    expect(second).toBe(
      `filter test-filter failed 20 times in a row (${place}); it is left out and tried again every 30 s; its records are dropped meanwhile`,
    );
    expect(others).toEqual([]);
    expect(host.stats()[0]).toMatchObject({
      calls: 20,
      filtered: 50,
      suspended: true,
      health: { status: "unhealthy", detail: `left out: it failed 20 times in a row (${place})` },
    });
  });

  it("is tried with one record each 30 s, and works again once that succeeds", () => {
    const { host, clock, state, problems } = failing("open");
    repeat(20, () => host.caller.admit(record));
    clock.advance(30_000);
    repeat(10, () => expect(host.caller.admit(record)).toBe("keep"));
    expect(state.calls).toBe(21);
    state.fails = false;
    repeat(10, () => expect(host.caller.admit(record)).toBe("keep"));
    expect(state.calls).toBe(21);
    clock.advance(30_000);
    repeat(10, () => expect(host.caller.admit(record)).toBe("filtered"));
    expect(state.calls).toBe(31);
    expect(problems.slice(2)).toEqual(["filter test-filter works again"]);
    expect(host.stats()[0]).toMatchObject({ suspended: false, health: { status: "healthy" } });
  });

  it("is told of by the place of the error alone: its message may quote what is not redacted", () => {
    const thrown: unknown[] = [new SyntaxError("unexpected h in hunter2"), "hunter2", { toString: () => "hunter2" }];
    for (const error of thrown) {
      const { host, problems } = makeHost([
        filterOf(() => {
          throw error;
        }),
      ]);
      repeat(30, () => host.caller.admit(record));
      expect(problems).toHaveLength(2);
      expect(JSON.stringify([problems, host.stats()])).not.toContain("hunter2");
    }
  });

  it("is described by the place it threw from, also when its stack is endless", () => {
    const stackOf = (stack: string): Error => Object.assign(new RangeError("hunter2"), { stack });
    expect(describeThrown(new RangeError("no"))).toMatch(/^RangeError at .*plugin-guard\.test\.ts:\d+:\d+$/);
    expect(describeThrown(stackOf("RangeError: x\n    at <anonymous>\n    at f (file:///geo.mjs:1:2)\n"))).toBe(
      "RangeError at file:///geo.mjs:1:2",
    );
    expect(describeThrown(stackOf("no line of it"))).toBe("RangeError");
    for (const piece of ["a", "a:1:1", "a ", "(a:1:1) ", "\n    at a:1:x"]) {
      expect(describeThrown(stackOf(`x\n    at ${piece.repeat(200_000)}`)), piece).toMatch(/^RangeError/);
    }
  });

  it("is not left out when it succeeds between its failures", () => {
    let calls = 0;
    const { host, problems } = makeHost([
      filterOf(() => {
        calls += 1;
        if (calls % 20 !== 0) throw new Error("boom");
        return true;
      }),
    ]);
    repeat(200, () => host.caller.admit(record));
    expect(calls).toBe(200);
    expect(problems).toHaveLength(1);
  });
});

describe("a plugin that is slow", () => {
  it("is left out after three slow calls in a row that were seen, and comes back when it is quick", () => {
    let milliseconds = 0;
    const { host, clock, problems } = makeHost([
      filterOf(() => {
        clock.advance(milliseconds);
        return false;
      }),
    ]);
    repeat(100, () => host.caller.admit(record));
    milliseconds = 51;
    repeat(100, () => host.caller.admit(record));
    expect(host.caller.admit(record)).toBe("keep");
    expect(host.stats()[0]?.suspended).toBe(true);
    expect(problems).toEqual([
      "filter test-filter was slow 3 times in a row (51 ms); it is left out and tried again every 30 s",
    ]);
    clock.advance(30_000);
    expect(host.caller.admit(record)).toBe("filtered");
    expect(host.caller.admit(record)).toBe("keep");
    milliseconds = 0;
    clock.advance(30_000);
    repeat(5, () => expect(host.caller.admit(record)).toBe("filtered"));
    expect(problems.at(-1)).toBe("filter test-filter works again");
  });

  it("has its time taken once in 64 calls", () => {
    const { host } = makeHost([filterOf(() => true)]);
    repeat(640, () => host.caller.admit(record));
    expect(host.stats()[0]).toMatchObject({ calls: 640, latency: { count: 10 } });
  });
});

import { systemClock } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { type Check, fail, notApplicable, pass } from "./check.ts";
import { reportText } from "./report.ts";
import { judge, runChecks } from "./run.ts";

type Probe = Check<string>["probe"];

const checkOf = (id: string, probe: Probe, deadlineMs?: number): Check<string> => ({
  id,
  title: `The thing ${id} holds`,
  clauses: ["test:one"],
  remedy: "Run `mend`.",
  ...(deadlineMs === undefined ? {} : { deadlineMs }),
  probe,
});

const never: Probe = () => new Promise(() => {});

describe("runChecks", () => {
  it("keeps the catalogue's order and counts each verdict", async () => {
    const report = await runChecks(
      [
        checkOf("slow", async (subject) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return pass(`saw ${subject}`, { subject });
        }),
        checkOf("bad", async () => fail("it is broken", { parts: 3 })),
        checkOf("elsewhere", async () => notApplicable("not here", { here: false })),
      ],
      "me",
      { clock: systemClock },
    );
    expect(report.results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      "slow pass",
      "bad fail",
      "elsewhere not-applicable",
    ]);
    expect(report.counts).toEqual({ pass: 1, fail: 1, "not-applicable": 1, manual: 0 });
    expect(report.verdict).toBe("fail");
  });

  it("turns a throw, a hang and a throw before the promise into fails with evidence, and finishes the others", async () => {
    const report = await runChecks(
      [
        checkOf("throws", async () => {
          throw new Error("no such table");
        }),
        checkOf("hangs", never, 30),
        checkOf("throws-at-once", () => {
          throw new Error("at once");
        }),
        checkOf("fine", async () => pass("fine", { fine: true })),
      ],
      "",
      { clock: systemClock, concurrency: 2 },
    );
    expect(report.results.map((result) => [result.verdict, result.evidence])).toEqual([
      ["fail", { error: "no such table" }],
      ["fail", { deadlineMs: 30 }],
      ["fail", { error: "at once" }],
      ["pass", { fine: true }],
    ]);
  });

  it("aborts the probe's signal at the deadline, so that it can stop", async () => {
    let aborted = false;
    const probe: Probe = (_subject, signal) =>
      new Promise(() => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
      });
    await runChecks([checkOf("listens", probe, 20)], "", { clock: systemClock });
    expect(aborted).toBe(true);
  });

  it("never runs more probes at once than it may", async () => {
    let running = 0;
    let most = 0;
    const probe: Probe = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return pass("ran", { ran: true });
    };
    const checks = Array.from({ length: 9 }, (_, index) => checkOf(`probe-${index}`, probe));
    await runChecks(checks, "", { clock: systemClock, concurrency: 3 });
    expect(most).toBe(3);
  });

  it("ends with the run's signal: what has not answered is a fail", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const report = await runChecks([checkOf("hangs", never), checkOf("waits", never)], "", {
      clock: systemClock,
      concurrency: 1,
      signal: abort.signal,
    });
    expect(report.results.map(({ evidence }) => evidence)).toEqual([{ aborted: true }, { aborted: true }]);
  });

  it("fails what needs a check that did not pass, without probing it", async () => {
    let probed = 0;
    const counting: Probe = async () => {
      probed += 1;
      return pass("fine", { fine: true });
    };
    const report = await runChecks(
      [
        checkOf("base", async () => fail("down", { up: false })),
        { ...checkOf("above", counting), needs: "base" },
        { ...checkOf("on-top", counting), needs: "above" },
        checkOf("beside", counting),
      ],
      "",
      { clock: systemClock, concurrency: 4 },
    );
    expect(report.results.map(({ verdict }) => verdict)).toEqual(["fail", "fail", "fail", "pass"]);
    expect(report.results[1]?.evidence).toEqual({ needs: "base" });
    expect(probed).toBe(1);
  });

  it("fails a run of nothing: nothing was proven", async () => {
    expect((await runChecks([], "", { clock: systemClock })).verdict).toBe("fail");
  });
});

describe("judge", () => {
  it("accepts no verdict without evidence or summary, and no unknown verdict", () => {
    expect(judge(pass("all good", {})).verdict).toBe("fail");
    expect(judge(notApplicable("not here", {})).verdict).toBe("fail");
    expect(judge(pass("", { seen: 1 })).verdict).toBe("fail");
    expect(judge({ ...pass("fine", { seen: 1 }), verdict: "fine" as "pass" }).verdict).toBe("fail");
  });

  it("cuts what is too long or too much", () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`key${index}`, "x".repeat(900)]));
    const { summary, evidence } = judge(pass("y".repeat(900), many));
    expect(summary).toHaveLength(300);
    expect(Object.keys(evidence)).toHaveLength(50);
    expect(String(evidence.key0)).toHaveLength(500);
  });
});

describe("reportText", () => {
  it("shows the remedy under a fail only, and the counts last", async () => {
    const report = await runChecks(
      [
        checkOf("good", async () => pass("it holds", { held: true })),
        checkOf("bad", async () => fail("it broke", { held: false })),
      ],
      "",
      { clock: { now: () => 0, monotonic: () => 0 } },
    );
    expect(reportText(report)).toBe(
      [
        "pass  The thing good holds",
        "      it holds",
        "FAIL  The thing bad holds",
        "      it broke",
        "      To do: Run `mend`.",
        "",
        "1 passed, 1 failed in 0 ms.",
        "",
      ].join("\n"),
    );
  });
});

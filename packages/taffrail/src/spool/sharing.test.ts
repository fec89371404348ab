import { renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manualClock } from "@taffrail/testkit";
import { describe, expect, it } from "vitest";
import { parseLaneFolder, patienceMs, thisOwner } from "./owner.ts";
import { crashImage, drain, lanes, line, listening, spoolPlace } from "./testdata/spool-test.ts";

const place = spoolPlace();

/** Gives the only sub-directory of a spool another owner. */
function disguise(dir: string, owner: string): void {
  const [lane = ""] = lanes(dir);
  renameSync(lane, lane.replace(/\.[0-9a-f]{8}\.\d+-\d*-\d+\./, `.${owner}.`));
}

/** A spool directory with one record, as a crash leaves it. */
function left(): string {
  const dir = place.dir();
  const spool = place.open({ dir });
  spool.source("http");
  spool.append(line("left"), 2);
  return crashImage(dir, join(place.dir(), "image"));
}

describe("several users of one spool directory", () => {
  it("have a sub-directory each and do not see the other's records", () => {
    const dir = place.dir();
    const one = place.open({ dir });
    const other = place.open({ dir });
    const sources = [one.source("http"), other.source("http")];
    one.append(line("one"), 2);
    other.append(line("other"), 2);
    one.maintain();
    other.maintain();
    expect(lanes(dir)).toHaveLength(2);
    expect(sources.map((source) => drain(source))).toEqual([["one"], ["other"]]);
  });

  it("a dead process's records go to exactly one of them", () => {
    const image = left();
    const spools = [place.open({ dir: image }), place.open({ dir: image }), place.open({ dir: image })];
    for (const spool of spools) spool.maintain();
    const delivered = spools.flatMap((spool) => drain(spool.source("http")));
    expect(delivered).toEqual(["left"]);
  });

  it("what a closed spool leaves is taken over by one that is running", async () => {
    const dir = place.dir();
    const running = place.open({ dir });
    const listener = listening();
    const source = running.source("http", { listener });
    expect(drain(source)).toEqual([]);
    let woken = 0;
    running.onRecords(() => {
      woken += 1;
    });
    const closing = place.open({ dir });
    closing.source("http");
    closing.append(line("waits"), 2);
    await closing.close();
    expect(closing.append(line("late"), 2)).toBe("closed");
    running.maintain();
    expect(woken).toBe(1);
    expect(listener.told).toEqual({ inherited: 1 });
    expect(drain(source)).toEqual(["waits"]);
    running.maintain();
    expect(lanes(dir)).toHaveLength(1);
  });

  it("one with nothing left removes its sub-directory", async () => {
    const dir = place.dir();
    const spool = place.open({ dir });
    const source = spool.source("http");
    spool.append(line(1), 2);
    drain(source);
    await spool.close();
    expect(lanes(dir)).toEqual([]);
  });
});

describe("whether an owner is gone", () => {
  it("is sure for a process that is not there or another one by now, and asks for patience else", () => {
    const self = thisOwner();
    const named = { id: "00", createdAt: 0, nonce: "00" };
    expect(patienceMs({ ...named, ...self }, self)).toBe(120_000);
    expect(patienceMs({ ...named, ...self, started: "1" }, self)).toBe(0);
    expect(patienceMs({ ...named, ...self, pid: 999_999_999 }, self)).toBe(0);
    expect(patienceMs({ ...named, ...self, pid: 0 }, self)).toBe(0);
    expect(patienceMs({ ...named, ...self, place: "00000000" }, self)).toBe(30_000);
    expect(parseLaneFolder("lost+found")).toBeUndefined();
  });

  it("an owner elsewhere keeps its records as long as it shows signs of life", () => {
    const image = left();
    disguise(image, "0badcafe.17-5-0");
    const clock = manualClock();
    const spool = place.open({ dir: image, clock });
    const source = spool.source("http");
    const foreign = lanes(image).find((path) => path.includes("0badcafe")) ?? "";
    for (let second = 0; second < 60; second += 5) {
      clock.advance(5000);
      utimesSync(foreign, second, second);
      spool.maintain();
      expect(source.records, `after ${second} s`).toBe(0);
    }
    for (let second = 0; second < 40; second += 5) {
      clock.advance(5000);
      spool.maintain();
    }
    expect(drain(source)).toEqual(["left"]);
  });

  it("silence does not count while we could not look ourselves", () => {
    const image = left();
    disguise(image, "0badcafe.17-5-0");
    const clock = manualClock();
    const spool = place.open({ dir: image, clock });
    const source = spool.source("http");
    clock.advance(100_000);
    spool.maintain();
    expect(source.records).toBe(0);
  });

  it("an owner that was taken for dead notices before its next record and begins anew; its account stays exact", () => {
    const dir = place.dir();
    const clock = manualClock();
    const spool = place.open({ dir, clock });
    const listener = listening();
    const source = spool.source("http", { listener });
    spool.append(line("taken"), 2);
    disguise(dir, "0badcafe.17-5-0");
    clock.advance(16_000);
    expect(spool.append(line("mine"), 2)).toBe("stored");
    expect(listener.told).toEqual({ closed: 1 });
    expect(drain(source)).toEqual(["mine"]);
    expect(lanes(dir)).toHaveLength(2);
  });

  it("a directory that was removed under it is made again, and what was in it is told as damaged", () => {
    const dir = place.dir();
    const clock = manualClock();
    const spool = place.open({ dir, clock });
    const listener = listening();
    const source = spool.source("http", { listener });
    spool.append(line("gone"), 2);
    rmSync(join(dir, "logs"), { recursive: true });
    clock.advance(16_000);
    expect(spool.append(line("again"), 2)).toBe("stored");
    expect(lanes(dir)).toHaveLength(1);
    expect(drain(source)).toEqual(["again"]);
    expect(listener.told).toEqual({ damaged: 1 });
  });

  it("while there is no place for a directory records are held in memory; they are written when there is one", () => {
    const dir = place.dir();
    const clock = manualClock();
    const spool = place.open({ dir, clock });
    const source = spool.source("http");
    rmSync(join(dir, "logs"), { recursive: true });
    writeFileSync(join(dir, "logs"), "in the way");
    clock.advance(16_000);
    expect(spool.append(line("held"), 2)).toBe("held");
    expect(spool.health().status).toBe("degraded");
    rmSync(join(dir, "logs"));
    clock.advance(16_000);
    expect(spool.append(line("stored"), 2)).toBe("stored");
    expect(spool.health().status).toBe("healthy");
    expect(drain(source)).toEqual(["held", "stored"]);
  });
});

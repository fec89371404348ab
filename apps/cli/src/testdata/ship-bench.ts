import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { createClient } from "@taffrail/client";
import { systemClock, systemIds } from "@taffrail/contracts";
import { type ShipOutcome, type ShipPlan, ship } from "../ship/ship.ts";
import { type IngestPeer, startIngestPeer } from "./ingest-peer.ts";

/** A directory with logs, a peer, and ships that start and stop. */
export interface ShipBench {
  readonly dir: string;
  readonly peer: IngestPeer;
  readonly notices: string[];
  readonly stdin: PassThrough;
  /** Starts a ship over patterns in the directory. */
  start(patterns: readonly string[], changes?: Partial<ShipPlan>): RunningShip;
  /** Ships everything there is. */
  once(patterns: readonly string[], changes?: Partial<ShipPlan>): Promise<ShipOutcome>;
  close(): Promise<void>;
}

interface RunningShip {
  /** Reads no more, sends what was read, ends. */
  finish(): Promise<ShipOutcome>;
  readonly done: Promise<ShipOutcome>;
}

export async function startShipBench(): Promise<ShipBench> {
  const dir = await mkdtemp(join(tmpdir(), "taffrail-ship-"));
  const peer = await startIngestPeer();
  const notices: string[] = [];
  const stdin = new PassThrough();
  const running = new Set<AbortController>();
  const usual: Omit<ShipPlan, "patterns"> = {
    follow: true,
    fromStart: false,
    fromEnd: false,
    service: undefined,
    format: "auto",
    join: true,
    gzip: false,
    patienceMs: 10_000,
    stateDir: join(dir, ".state"),
  };
  const start: ShipBench["start"] = (patterns, changes = {}) => {
    const stop = new AbortController();
    running.add(stop);
    const done = ship(
      { ...usual, patterns, ...changes },
      {
        client: createClient({ baseUrl: peer.url }),
        server: peer.url,
        stdin,
        cwd: dir,
        clock: systemClock,
        ids: systemIds,
        finish: stop.signal,
        notice: ({ code, message }) => void notices.push(`${code}: ${message}`),
        progress: () => {},
      },
    ).finally(() => running.delete(stop));
    return {
      done,
      finish() {
        stop.abort();
        return done;
      },
    };
  };
  return {
    dir,
    peer,
    notices,
    stdin,
    start,
    once: (patterns, changes) => start(patterns, { follow: false, ...changes }).done,
    async close() {
      for (const stop of running) stop.abort();
      await peer.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

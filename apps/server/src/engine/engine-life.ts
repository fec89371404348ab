import { type Clock, TaffrailError } from "@taffrail/contracts";
import { type EngineProcessOptions, forkEngine } from "./child-process.ts";
import type { Lane } from "./engine.ts";
import type { FromEngine } from "./engine-protocol.ts";
import { createRunningQueries, type RunningQueries } from "./running-queries.ts";

/** Opening takes 0.2 s; a store with very many parts takes longer, but not this long. Milliseconds. */
const openMsMax = 120_000;
/** An answer larger than this is refused: it would have to be held in memory twice. Bytes. */
const answerBytesMax = 32 * 1024 * 1024;
const laneSizes = { ingest: 1, interactive: 3, background: 1 } as const;

/** How a life of the engine ended. */
export interface Death {
  readonly reason: string;
  /** Shapes of the queries that may have caused it. */
  readonly shapes: readonly string[];
  /** How long questions were answered, milliseconds; undefined when it never got ready. */
  readonly readyForMs: number | undefined;
}

export interface LifeEvents {
  ready(version: string): void;
  ended(death: Death): void;
}

/** One life of the engine's process, from fork to exit. */
export interface Life {
  readonly pid: number | undefined;
  readonly queries: RunningQueries;
  /** Asks it to close its sessions and exit. */
  dismiss(): void;
  /** Ends it on the spot. */
  end(reason: string): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

export interface LifeOptions {
  readonly process: EngineProcessOptions;
  readonly clock: Clock;
  readonly memoryBytesMax: number;
  suspected(fingerprint: string): boolean;
}

function laneMemory(total: number): Readonly<Record<Lane, number>> {
  return {
    ingest: Math.floor(total * 0.65),
    interactive: Math.floor(total * 0.375),
    background: Math.floor(total * 0.375),
  };
}

/**
 * Starts the engine's process once. `ended` is called exactly once, after every statement in it was rejected.
 *
 * @example const life = beginLife(options, { ready: (version) => {}, ended: (death) => {} });
 */
export function beginLife(options: LifeOptions, events: LifeEvents): Life {
  const { clock } = options;
  let readyAt: number | undefined;
  let knownReason: string | undefined;
  let hungShapes: readonly string[] | undefined;
  let tellGone: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    tellGone = resolve;
  });

  const child = forkEngine(options.process, {
    message(message: FromEngine): void {
      if (message.type === "answer" || message.type === "failed") queries.settle(message);
      else if (message.type === "fatal") knownReason = `the store cannot be opened: ${message.message}`;
      else {
        clearTimeout(openTimer);
        readyAt = clock.monotonic();
        events.ready(message.version);
      }
    },
    ended(because): void {
      clearTimeout(openTimer);
      const reason = knownReason ?? because;
      const shapes = queries.abandon(new TaffrailError("engine_unavailable", { reason }));
      const readyForMs = readyAt === undefined ? undefined : clock.monotonic() - readyAt;
      events.ended({ reason, shapes: hungShapes ?? shapes, readyForMs });
      tellGone();
    },
  });
  const end = (reason: string): void => {
    knownReason = reason;
    child.end();
  };
  const queries = createRunningQueries({
    clock,
    sizes: laneSizes,
    answerBytesMax,
    memoryBytesMax: laneMemory(options.memoryBytesMax),
    suspected: options.suspected,
    send: child.send,
    hung(fingerprint): void {
      hungShapes = fingerprint === undefined ? [] : [fingerprint];
      end("a query ignored its time limit");
    },
  });
  const openTimer = setTimeout(() => end("the store did not open in time"), openMsMax);
  return { pid: child.pid, queries, dismiss: () => child.send({ type: "close" }), end, gone };
}

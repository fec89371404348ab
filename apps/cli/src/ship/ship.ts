import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { Client } from "@taffrail/client";
import { type Clock, type IdSource, limits, TaffrailError } from "@taffrail/contracts";
import type { ToolNotice } from "../output/notice.ts";
import type { ShipFormat } from "./encode-record.ts";
import { FollowedFiles } from "./followed-files.ts";
import { Input } from "./input.ts";
import { createPlaceBook } from "./known-places.ts";
import { openPlaceStore } from "./place-store.ts";
import type { PlaceTracker } from "./place-tracker.ts";
import { Sender } from "./sender.ts";
import type { Delivered } from "./settled.ts";
import { createShipBook, type ShipBook, type ShipLedger } from "./ship-ledger.ts";
import type { Source } from "./source.ts";
import { createStreamSource } from "./stream-source.ts";

/** What to ship, and how. */
export interface ShipPlan {
  /** Paths and patterns; empty = standard input. */
  readonly patterns: readonly string[];
  readonly follow: boolean;
  readonly fromStart: boolean;
  readonly fromEnd: boolean;
  /** Service of records that name none; undefined = the file's name. */
  readonly service: string | undefined;
  /** What every line is taken as. */
  readonly format: ShipFormat;
  /** Join stack traces. */
  readonly join: boolean;
  readonly gzip: boolean;
  /** How long a server may be away, milliseconds; Infinity = as long as it takes. */
  readonly patienceMs: number;
  readonly stateDir: string;
}

export interface ShipPorts {
  readonly client: Pick<Client, "ingestLines">;
  /** The server's URL; places are kept for each server. */
  readonly server: string;
  readonly stdin: Readable;
  readonly cwd: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Abort = read no more, send what was read, end. */
  readonly finish: AbortSignal;
  readonly notice: (notice: ToolNotice) => void;
  /** Called about once a second with the ledger so far. */
  readonly progress: (ledger: ShipLedger) => void;
}

export interface ShipOutcome {
  readonly ledger: ShipLedger;
  readonly files: number;
  /** Files that could not be read whole and, without `follow`, operands that matched nothing. */
  readonly faults: number;
  readonly seconds: number;
}

/** How the work is cut; each value was chosen by shipping a million lines over loopback. */
const bounds = { bytesMax: 2 * 1024 * 1024, recordsMax: 20_000, lingerMs: 200 };
const joinBounds = { linesMax: 500, bytesMax: 256 * 1024, waitMs: 300 };
const slots = 3;
const crowdedInputs = 32;
const pollMs = 100;
const scanMs = 1_000;
const progressMs = 1_000;
/** How long a finishing command waits for answers. */
const finishMs = 10_000;
const rejectionsToldMax = 10;

/**
 * The service of records that name none: a file's name without rotation, date and endings.
 *
 * @example serviceOf("/var/log/nginx/access.log.1") // "access"
 */
export const serviceOf = (path: string): string => basename(path).replace(/\..*$/s, "") || basename(path);

/** Everything that belongs to one run. */
interface Run {
  readonly plan: ShipPlan;
  readonly ports: ShipPorts;
  readonly book: ShipBook;
  readonly sender: Sender;
  readonly rejections: { told: number };
}

function tellRejections(run: Run, name: string, delivered: Delivered): void {
  for (const { code, message } of delivered.errors) {
    if (run.rejections.told >= rejectionsToldMax) return;
    run.rejections.told += 1;
    const last = run.rejections.told === rejectionsToldMax ? " (further refusals are only counted)" : "";
    run.ports.notice({ code, message: `${name}: ${message}${last}` });
  }
}

function makeInput(
  run: Run,
  name: string,
  from: { readonly source: Source; readonly offset: number; readonly tracker?: PlaceTracker },
  isCrowded: () => boolean,
): Input {
  const { plan, ports, book, sender } = run;
  return new Input({
    source: from.source,
    offset: from.offset,
    tracker: from.tracker,
    service: plan.service ?? serviceOf(name),
    format: plan.format,
    joiner: { join: plan.join, ...joinBounds },
    bounds,
    lineBytesMax: limits.recordLine.value,
    sender,
    book,
    clock: ports.clock,
    isCrowded,
    onDelivered: (delivered) => tellRejections(run, name, delivered),
  });
}

/** A pause that ends early when the command is to finish. */
function pause(ms: number, finish: AbortSignal): Promise<void> {
  if (finish.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      finish.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    finish.addEventListener("abort", done);
  });
}

/** Calls `act` at most once in `everyMs`. */
function createTicker(clock: Clock, everyMs: number, act: () => Promise<void> | void): () => Promise<void> {
  let last = clock.monotonic();
  return async () => {
    if (clock.monotonic() - last < everyMs) return;
    last = clock.monotonic();
    await act();
  };
}

/** Ends quietly when the sender was told to give up: what is pending is counted. */
async function untilAbandoned(sender: Sender, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!sender.isAbandonment(error)) throw error;
  }
}

async function shipStream(run: Run): Promise<Pick<ShipOutcome, "files" | "faults">> {
  const { ports, book } = run;
  const source = createStreamSource(ports.stdin);
  const input = makeInput(run, "stdin", { source, offset: 0 }, () => false);
  const tick = createTicker(ports.clock, progressMs, () => ports.progress(book.view()));
  await untilAbandoned(run.sender, async () => {
    while (!ports.finish.aborted) {
      const { state } = await input.turn();
      if (state === "ended") break;
      // A stream fills again only when the event loop turns.
      if (state === "idle") await pause(pollMs / 10, ports.finish);
      else await new Promise((resolve) => setImmediate(resolve));
      await tick();
    }
    await input.flush();
    await run.sender.drained();
  });
  await input.close();
  return { files: 0, faults: 0 };
}

async function shipFiles(run: Run): Promise<Pick<ShipOutcome, "files" | "faults">> {
  const { plan, ports, sender } = run;
  const { clock, notice } = ports;
  const store = await openPlaceStore({ dir: plan.stateDir, server: ports.server, clock });
  const files: FollowedFiles = new FollowedFiles({
    ...plan,
    cwd: ports.cwd,
    store,
    places: createPlaceBook(store.places),
    clock,
    notice,
    makeInput: (path, { source, start }, tracker) =>
      makeInput(run, path, { source, offset: start.from.offset, tracker }, () => files.open > crowdedInputs),
    settled: () => sender.drained(),
  });
  let missing = 0;
  try {
    missing = await tellUnmatched(run, files);
    await untilAbandoned(sender, async () => {
      await followToEnd(run, files);
      await files.flush();
    });
  } finally {
    await files.close();
  }
  return { files: files.total, faults: files.faults + missing };
}

/** Looks for files, and tells which operands match none; gives how many of those will stay so, because nothing is awaited. */
async function tellUnmatched(run: Run, files: FollowedFiles): Promise<number> {
  const { plan, ports } = run;
  const found = await files.scan();
  const { unmatched } = files;
  if (unmatched.length === 0) return 0;
  const nothing = new TaffrailError("nothing_to_ship", { pattern: unmatched.join(", ") });
  if (found === 0 && !plan.follow) throw nothing;
  const { code, message } = nothing;
  const waiting = `no file matches ${unmatched.join(", ")} yet; waiting for one`;
  ports.notice({ code, message: plan.follow ? waiting : message });
  return plan.follow ? 0 : unmatched.length;
}

async function followToEnd(run: Run, files: FollowedFiles): Promise<void> {
  const { plan, ports, book } = run;
  const { clock, finish } = ports;
  const tickScan = createTicker(clock, scanMs, async () => void (await files.scan()));
  const tickProgress = createTicker(clock, progressMs, () => ports.progress(book.view()));
  while (!finish.aborted) {
    const busy = await files.turn();
    if (plan.follow) await tickScan();
    else if (files.open === 0) break;
    await tickProgress();
    if (!busy) await pause(pollMs, finish);
  }
}

/**
 * Ships files or standard input until they end (without `follow`) or `finish` aborts; a server that does not answer then leaves records pending. Rejects with a TaffrailError when it cannot go on: what was not
 * acknowledged by then is read again by the next run.
 *
 * @example const { ledger } = await ship(plan, ports); // ledger.read === ledger.shipped + ledger.rejected + ledger.skipped + ledger.pending
 */
export async function ship(plan: ShipPlan, ports: ShipPorts): Promise<ShipOutcome> {
  const { client, clock, ids, notice, finish } = ports;
  const { gzip, patienceMs } = plan;
  const sender = new Sender({ client, clock, ids, slots, gzip, patienceMs, notice });
  const run: Run = { plan, ports, book: createShipBook(), sender, rejections: { told: 0 } };
  const began = clock.monotonic();
  let abandon: NodeJS.Timeout | undefined;
  const onFinish = (): void => {
    abandon = setTimeout(() => sender.abandon(), finishMs);
  };
  finish.addEventListener("abort", onFinish);
  try {
    const { files, faults } = plan.patterns.length === 0 ? await shipStream(run) : await shipFiles(run);
    return { ledger: run.book.view(), files, faults, seconds: (clock.monotonic() - began) / 1000 };
  } finally {
    clearTimeout(abandon);
    finish.removeEventListener("abort", onFinish);
  }
}

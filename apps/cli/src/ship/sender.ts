import { setTimeout as sleep } from "node:timers/promises";
import type { Client, LinesResult } from "@taffrail/client";
import { type Clock, type IdSource, TaffrailError } from "@taffrail/contracts";
import type { LineFormat } from "@taffrail/protocol";
import type { ToolNotice } from "../output/notice.ts";
import { encodeBody } from "./encode-body.ts";

/** What the server took of a batch, in records. */
export interface Delivered {
  readonly shipped: number;
  readonly rejected: number;
  readonly errors: LinesResult["errors"];
}

/** A batch for the sender, and what to do once the server has answered. */
export interface Shipment {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly records: number;
  readonly service: string;
  settled(delivered: Delivered): void;
}

export interface SenderOptions {
  readonly client: Pick<Client, "ingestLines">;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Requests under way at the same time. */
  readonly slots: number;
  readonly gzip: boolean;
  readonly format: LineFormat | undefined;
  /** How long to keep trying a server that does not take a batch, milliseconds; Infinity = as long as it takes. */
  readonly patienceMs: number;
  readonly notice: (notice: ToolNotice) => void;
}

/**
 * Sends shipments, several at a time, each until the server has answered it. `submit` waits for a free slot, so a slow server slows its caller; it and
 * `drained` reject once a shipment failed for good.
 */
export interface Sender {
  submit(shipment: Shipment): Promise<void>;
  /** Resolves when every shipment so far is settled. */
  drained(): Promise<void>;
  /** Gives up: requests under way are aborted, nothing more is tried. */
  abandon(): void;
}

const firstWaitMs = 250;
const mostWaitMs = 10_000;

/** Overload, a server that is away or stumbles: trying again may help. */
function isPassing(error: TaffrailError): boolean {
  const status = error.code === "unexpected_answer" ? Number(error.details.status) : error.status;
  return status === 429 || status >= 500;
}

/** The server's own wish, else twice as long each time; a random part keeps many senders from coming back together. */
function waitMs(error: TaffrailError, attempt: number, ids: IdSource): number {
  const random = Number.parseInt(ids.hex(2), 16) / 0xffff;
  const retryAfter = Number(error.details.retryAfter);
  const base = retryAfter > 0 ? retryAfter * 1000 : firstWaitMs * 2 ** Math.min(attempt, 10);
  return Math.min(base, mostWaitMs) * (0.8 + 0.4 * random);
}

function asDelivered(result: LinesResult, records: number): Delivered {
  const shipped = Math.min(result.accepted, records);
  return { shipped, rejected: records - shipped, errors: result.errors };
}

/**
 * Makes a sender.
 *
 * @example const sender = createSender(options); await sender.submit(shipment); await sender.drained();
 */
export function createSender(options: SenderOptions): Sender {
  const { client, clock, ids, slots, patienceMs, notice, format } = options;
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  let failure: unknown;
  let away = false;

  const post = async (shipment: Shipment): Promise<Delivered> => {
    const { body, headers } = await encodeBody(shipment.body, options.gzip);
    const params = { body, service: shipment.service, source: "ship", ...(format === undefined ? {} : { format }) };
    const result = await client.ingestLines(params, { headers, signal: stop.signal });
    return asDelivered(result, shipment.records);
  };
  const reportAway = (error: TaffrailError): void => {
    if (!away) notice({ code: error.code, message: `${error.message} Trying again.` });
    away = true;
  };
  const reportBack = (): void => {
    if (away) notice({ code: "delivering", message: "the server takes records again" });
    away = false;
  };
  const deliver = async (shipment: Shipment): Promise<void> => {
    const began = clock.monotonic();
    for (let attempt = 0; ; attempt += 1) {
      try {
        const delivered = await post(shipment);
        reportBack();
        return shipment.settled(delivered);
      } catch (error) {
        stop.signal.throwIfAborted();
        if (!(error instanceof TaffrailError) || !isPassing(error)) throw error;
        const wait = waitMs(error, attempt, ids);
        if (clock.monotonic() - began + wait > patienceMs) throw error;
        reportAway(error);
        await sleep(wait, undefined, { signal: stop.signal });
      }
    }
  };
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure;
  };
  return {
    async submit(shipment) {
      while (running.size >= slots && failure === undefined) await Promise.race(running);
      throwFailure();
      const work = deliver(shipment)
        .catch((error: unknown) => {
          failure ??= error;
          stop.abort();
        })
        .finally(() => running.delete(work));
      running.add(work);
    },
    async drained() {
      while (running.size > 0) await Promise.race(running);
      throwFailure();
    },
    abandon: () => stop.abort(new Error("the command was ended")),
  };
}

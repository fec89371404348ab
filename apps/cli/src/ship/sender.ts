import { setTimeout as sleep } from "node:timers/promises";
import type { Client, LineError } from "@taffrail/client";
import { type Clock, type IdSource, TaffrailError } from "@taffrail/contracts";
import type { ToolNotice } from "../output/notice.ts";
import { encodeBody } from "./encode-body.ts";
import { type Delivered, type Remainder, type Settled, settledByAnswer, settledByError } from "./settled.ts";

/** A batch for the sender, and what to do once the server has answered. */
export interface Shipment extends Remainder {
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
  /** How long to keep trying a server that does not take a batch, milliseconds; Infinity = as long as it takes. */
  readonly patienceMs: number;
  readonly notice: (notice: ToolNotice) => void;
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

/**
 * Sends shipments, several at a time, each until the server has answered it. A failure for good ends all of them.
 *
 * @example const sender = new Sender(options); await sender.submit(shipment); await sender.drained();
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #abandonment = new TaffrailError("tool_failed", { reason: "it was ended before the server had answered" });
  #failure: unknown;
  #away = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Waits for a free slot, so that a slow server slows its caller. Rejects once a shipment failed for good. */
  async submit(shipment: Shipment): Promise<void> {
    while (this.#running.size >= this.#options.slots && this.#failure === undefined) await Promise.race(this.#running);
    this.#throwFailure();
    const work = this.#deliver(shipment)
      .catch((error: unknown) => {
        this.#failure ??= error;
        this.#stop.abort();
      })
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  /** Resolves when every shipment so far is settled; rejects once one failed for good. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    this.#throwFailure();
  }

  /** Gives up: requests under way are aborted, nothing more is tried. */
  abandon(): void {
    this.#failure ??= this.#abandonment;
    this.#stop.abort(this.#abandonment);
  }

  /** Whether a rejection says no more than that it was told to give up. */
  isAbandonment(error: unknown): boolean {
    return error === this.#abandonment;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #deliver(shipment: Shipment): Promise<void> {
    let rest: Remainder | undefined = shipment;
    const total = { shipped: 0, rejected: 0, errors: [] as LineError[] };
    let began = this.#options.clock.monotonic();
    for (let attempt = 0; rest; attempt += 1) {
      try {
        const settled: Settled = await this.#post(rest, shipment.service);
        rest = settled.rest;
        total.shipped += settled.delivered.shipped;
        total.rejected += settled.delivered.rejected;
        total.errors.push(...settled.delivered.errors);
        began = this.#options.clock.monotonic();
        this.#report(undefined);
      } catch (error) {
        await this.#waitAfter(error, attempt, began);
      }
    }
    shipment.settled(total);
  }

  async #post(sent: Remainder, service: string): Promise<Settled> {
    const { client, gzip } = this.#options;
    const { body, headers } = await encodeBody(sent.body, gzip);
    const params = { body, service, source: "ship" };
    // As text, a line of no known format is a record too.
    const request = { headers: { ...headers, "content-type": "text/plain" }, signal: this.#stop.signal };
    try {
      return settledByAnswer(await client.ingestLines(params, request), sent.records);
    } catch (error) {
      const settled = error instanceof TaffrailError ? settledByError(error, sent) : undefined;
      if (settled === undefined) throw error;
      return settled;
    }
  }

  /** Waits before the next try, or throws what trying again cannot mend. */
  async #waitAfter(error: unknown, attempt: number, began: number): Promise<void> {
    const { clock, ids, patienceMs } = this.#options;
    this.#stop.signal.throwIfAborted();
    if (!(error instanceof TaffrailError) || !isPassing(error)) throw error;
    const wait = waitMs(error, attempt, ids);
    if (clock.monotonic() - began + wait > patienceMs) throw error;
    this.#report(error);
    await sleep(wait, undefined, { signal: this.#stop.signal });
  }

  /** Tells when the server goes away and when it is back, once each. */
  #report(trouble: TaffrailError | undefined): void {
    const { notice } = this.#options;
    if (trouble && !this.#away) notice({ code: trouble.code, message: `${trouble.message} Trying again.` });
    if (!trouble && this.#away) notice({ code: "delivering", message: "the server takes records again" });
    this.#away = trouble !== undefined;
  }
}

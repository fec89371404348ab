import { setTimeout as sleep } from "node:timers/promises";
import { prices } from "./orders.ts";

export interface TrafficOptions {
  /** Address of the storefront. */
  readonly url: string;
  readonly requests: number;
  readonly perSecond: number;
  readonly random: () => number;
  /** Ends the traffic early. */
  readonly signal: AbortSignal;
}

/** Most requests that may be under way at once: a slow shop slows the traffic down. */
const mostAtOnce = 20;

function basket(random: () => number): object {
  const skus = Object.keys(prices);
  return {
    sku: skus[Math.floor(random() * skus.length)],
    quantity: random() < 0.02 ? 0 : 1 + Math.floor(random() * 3),
    customer: `c-${Math.floor(random() * 500)}`,
  };
}

async function checkOut(url: string, body: object): Promise<number> {
  const response = await fetch(`${url}/checkout`, { method: "POST", body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

/**
 * Sends shoppers to the storefront at a steady rate. Returns how often each status was answered; 0 stands for no answer.
 *
 * @example await runTraffic({ url: shop.url, requests: 500, perSecond: 20, random: Math.random, signal });
 */
export async function runTraffic(options: TrafficOptions): Promise<Readonly<Record<number, number>>> {
  const { url, requests, perSecond, random, signal } = options;
  const statuses: Record<number, number> = {};
  const running = new Set<Promise<void>>();
  for (let sent = 0; sent < requests && !signal.aborted; sent++) {
    const shopper = checkOut(url, basket(random))
      .catch(() => 0)
      .then((status) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
      });
    running.add(shopper);
    void shopper.finally(() => running.delete(shopper));
    if (running.size >= mostAtOnce) await Promise.race(running);
    await sleep(1000 / perSecond, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(running);
  return statuses;
}

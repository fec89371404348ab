import { setTimeout as sleep } from "node:timers/promises";
import type { Handler } from "./service.ts";

class CardNetworkError extends Error {
  override readonly name = "CardNetworkError";
  readonly code: string;
  constructor(code: string) {
    super(`the card network answered ${code}`);
    this.code = code;
  }
}

const slowMs = 40;

/**
 * Makes the handler that takes payments: some cards are declined, and sometimes the card network fails.
 *
 * @example startService(options, { "/payments": createPayments(Math.random) });
 */
export function createPayments(random: () => number): Handler {
  return async ({ orderId, amount }, log) => {
    const latency = 2 + random() ** 4 * 60;
    await sleep(latency);
    if (latency > slowMs) log.warn("card network is slow", { orderId, latency_ms: Math.round(latency) });
    if (random() < 0.03) {
      throw new Error("payment could not be made", { cause: new CardNetworkError("TIMEOUT") });
    }
    if (random() < 0.07) {
      log.warn("card declined", { orderId, amount, reason: "insufficient_funds" });
      return { status: 402, body: { error: "card declined" } };
    }
    log.info("payment taken", { orderId, amount, currency: "EUR" });
    return { status: 200, body: { paymentId: `p-${String(orderId)}` } };
  };
}

import { call } from "./call.ts";
import type { Handler } from "./service.ts";

/**
 * Makes the handler of the shop's front: it checks the basket and passes it to the orders service.
 *
 * @example startService(options, { "/checkout": createStorefront(orders.url) });
 */
export function createStorefront(orders: string): Handler {
  return async (basket, log) => {
    const { sku, quantity, customer } = basket;
    if (!Number.isInteger(quantity) || Number(quantity) < 1) {
      log.warn("basket refused", { sku, quantity, customer });
      return { status: 400, body: { error: "quantity must be a positive whole number" } };
    }
    log.debug("checkout started", { sku, quantity, customer });
    const order = await call(`${orders}/orders`, basket);
    if (order.status >= 500) return { status: 502, body: { error: "please try again" } };
    return { status: order.status, body: order.body };
  };
}

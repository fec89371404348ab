import { call } from "./call.ts";
import type { Handler } from "./service.ts";

/** Price of each article, in EUR. */
export const prices: Readonly<Record<string, number>> = { mug: 9.5, shirt: 24, lamp: 79, chair: 240 };

const fullStock = 40;
const lowStock = 5;

/**
 * Makes the handler that takes orders: it looks at the stock, then asks the payments service for the money.
 *
 * @example startService(options, { "/orders": createOrders(payments.url) });
 */
export function createOrders(payments: string): Handler {
  const stock = new Map(Object.keys(prices).map((sku) => [sku, fullStock]));
  let lastOrder = 1000;
  return async ({ sku, quantity, customer }, log) => {
    const price = prices[String(sku)];
    if (price === undefined) return { status: 404, body: { error: "no such article" } };
    const left = (stock.get(String(sku)) ?? 0) - Number(quantity);
    if (left < 0) {
      log.error("out of stock", { sku, quantity, missing: -left });
      stock.set(String(sku), fullStock);
      return { status: 409, body: { error: "out of stock" } };
    }
    if (left <= lowStock) log.warn("stock is low", { sku, left });
    lastOrder += 1;
    const order = { orderId: lastOrder, amount: price * Number(quantity) };
    log.debug("asking for payment", order);
    const paid = await call(`${payments}/payments`, order);
    if (paid.status === 402) return { status: 402, body: paid.body };
    if (paid.status !== 200) throw new Error("order could not be paid", { cause: new Error(String(paid.body.error)) });
    stock.set(String(sku), left);
    log.info("order placed", { ...order, sku, quantity, customer: { id: customer, returning: lastOrder % 3 === 0 } });
    return { status: 201, body: { orderId: order.orderId } };
  };
}

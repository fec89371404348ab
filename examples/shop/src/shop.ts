import type { LogLedger } from "taffrail";
import { createOrders } from "./orders.ts";
import { createPayments } from "./payments.ts";
import { type Service, startService } from "./service.ts";
import { createStorefront } from "./storefront.ts";

export interface ShopOptions {
  /** Address of the Taffrail server. */
  readonly taffrail: string;
  readonly console: boolean;
  /** Port of the storefront; the other services take free ones. */
  readonly port: number;
  /** From 0 to below 1: decides about declined cards and failures. */
  readonly random: () => number;
}

/** A running shop. */
export interface Shop {
  /** Address of the storefront. */
  readonly url: string;
  /** Stops the services; gives each service's ledger. */
  close(): Promise<Readonly<Record<string, LogLedger>>>;
}

/**
 * Starts the three services: storefront → orders → payments.
 *
 * @example const shop = await startShop({ taffrail: "http://127.0.0.1:4318", console: true, port: 0, random: Math.random });
 */
export async function startShop({ taffrail, console, port, random }: ShopOptions): Promise<Shop> {
  const start = (name: string, at: number, routes: Parameters<typeof startService>[1]): Promise<Service> =>
    startService({ name, taffrail, console, port: at }, routes);
  const payments = await start("payments", 0, { "/payments": createPayments(random) });
  const orders = await start("orders", 0, { "/orders": createOrders(payments.url) });
  const storefront = await start("storefront", port, { "/checkout": createStorefront(orders.url) });
  return {
    url: storefront.url,
    async close() {
      const ledgers = await Promise.all([storefront.close(), orders.close(), payments.close()]);
      return { storefront: ledgers[0], orders: ledgers[1], payments: ledgers[2] };
    },
  };
}

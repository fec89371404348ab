// @ts-check
// Made-up records of a small shop: requests that pass through several services, and one incident in which the payment provider fails.

/**
 * @typedef {{ service: string, level: "trace" | "debug" | "info" | "warn" | "error" | "fatal", body: string, at: number, traceId: string,
 *   spanId: string, attributes: Record<string, string | number | boolean> }} ShopRecord
 * @typedef {{ next: () => number, pick: <T>(list: readonly T[]) => T, hex: (digits: number) => string }} Dice
 */

const severity = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };
const cities = [
  ...[
    "Amsterdam",
    "Antwerp",
    "Athens",
    "Barcelona",
    "Berlin",
    "Bologna",
    "Bruges",
    "Budapest",
    "Cologne",
    "Dublin",
    "Geneva",
    "Ghent",
  ],
  ...[
    "Graz",
    "Hamburg",
    "Helsinki",
    "Lisbon",
    "Lyon",
    "Madrid",
    "Munich",
    "Oslo",
    "Porto",
    "Prague",
    "Vienna",
    "Zurich",
  ],
];
const hosts = ["node-1", "node-2", "node-3"];

/**
 * The same throws for the same seed.
 * @param {number} seed
 * @returns {Dice}
 */
function createDice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    next,
    pick: (list) => /** @type {any} */ (list[Math.floor(next() * list.length)]),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(""),
  };
}

const stack = [
  "PaymentProviderError: provider did not answer within 3000 ms",
  "    at ProviderClient.authorize (/srv/payments/src/provider-client.ts:88:13)",
  "    at async authorizePayment (/srv/payments/src/authorize.ts:41:20)",
  "    at async handle (/srv/payments/src/http.ts:57:5)",
  "Caused by: Error: connect ETIMEDOUT 203.0.113.17:443",
  "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)",
].join("\n");

/**
 * Everything that one order writes.
 * @param {Dice} dice
 * @param {number} start milliseconds since 1970
 * @param {boolean} broken the payment provider is down
 * @returns {ShopRecord[]}
 */
function order(dice, start, broken) {
  const traceId = dice.hex(32);
  const user = 1000 + Math.floor(dice.next() * 240);
  const total = Math.round((5 + dice.next() * 240) * 100) / 100;
  const failed = broken && dice.next() < 0.6;
  const duration = failed ? 3000 + dice.next() * 90 : 20 + dice.next() ** 4 * 600;
  const base = { "user.id": String(user), "order.total": total, "order.items": 1 + Math.floor(dice.next() * 5) };
  /** @type {ShopRecord[]} */
  const records = [];
  let at = start;
  /** @type {(service: string, level: ShopRecord["level"], body: string, attributes?: Record<string, string | number>) => void} */
  const write = (service, level, body, attributes = {}) => {
    at += 0.4 + dice.next() * 6;
    records.push({ service, level, body, at, traceId, spanId: dice.hex(16), attributes: { ...base, ...attributes } });
  };
  write("checkout", "debug", "price quoted", { "price.currency": "EUR" });
  write("inventory", "info", "stock reserved", { "inventory.warehouse": dice.pick(["berlin", "lyon", "porto"]) });
  if (dice.next() < 0.08)
    write("inventory", "warn", "stock below threshold", { "inventory.left": Math.floor(dice.next() * 9) });
  if (failed) {
    write("payments", "warn", "provider slow, retrying", { attempt: 2, "provider.name": "acme-pay" });
    at = start + duration;
    write("payments", "error", "payment authorization failed", {
      "provider.name": "acme-pay",
      "exception.type": "PaymentProviderError",
      "exception.message": "provider did not answer within 3000 ms",
      "exception.stacktrace": stack,
    });
  } else {
    write("payments", "info", "payment authorized", { "provider.name": "acme-pay" });
    write("checkout", "info", "order placed", { "order.id": `o-${dice.hex(8)}` });
    write("mailer", "info", "confirmation sent", { "mail.template": "order-confirmation" });
  }
  write("gateway", failed ? "error" : "info", failed ? "request failed" : "request completed", {
    "http.method": "POST",
    "http.route": "/orders",
    "http.status_code": failed ? 502 : 201,
    duration_ms: Math.round(duration * 10) / 10,
  });
  return records;
}

/**
 * A page view: one or two records.
 * @param {Dice} dice
 * @param {number} start
 * @returns {ShopRecord[]}
 */
function view(dice, start) {
  const traceId = dice.hex(32);
  const route = dice.pick(["/", "/products", "/products/:id", "/cart", "/cart/items", "/search"]);
  const missing = dice.next() < 0.04;
  const duration = Math.round((2 + dice.next() ** 5 * 900) * 10) / 10;
  const attributes = {
    "http.method": route === "/cart/items" ? "PUT" : "GET",
    "http.route": route,
    "http.status_code": missing ? 404 : 200,
    duration_ms: duration,
    "user.id": String(1000 + Math.floor(dice.next() * 240)),
    "client.city": dice.pick(cities),
  };
  const common = { at: start, traceId, spanId: dice.hex(16) };
  /** @type {ShopRecord[]} */
  const records = [];
  if (dice.next() < 0.25) {
    const cache = { "cache.key": `product:${Math.floor(dice.next() * 900)}`, "cache.hit": dice.next() < 0.7 };
    records.push({
      ...common,
      service: "catalog",
      level: "debug",
      body: cache["cache.hit"] ? "cache hit" : "cache miss",
      attributes: cache,
    });
  }
  const slow = duration > 400;
  const body = slow ? "slow response" : "request completed";
  records.push({ ...common, at: start + 1.3, service: "gateway", level: slow ? "warn" : "info", body, attributes });
  return records;
}

/**
 * Records of the last `minutes`, oldest first; the incident lasts four minutes and ends twenty minutes before `now`.
 * @param {{ now: number, minutes: number, requests: number, seed: number }} options
 * @returns {ShopRecord[]}
 */
export function shopRecords({ now, minutes, requests, seed }) {
  const dice = createDice(seed);
  const lengthMs = minutes * 60_000;
  const starts = Array.from({ length: requests }, () => now - 4000 - dice.next() * (lengthMs - 4000)).sort(
    (a, b) => a - b,
  );
  const records = starts.flatMap((start) => {
    const ago = now - start;
    const broken = ago > 20 * 60_000 && ago < 24 * 60_000;
    if (dice.next() < (broken ? 0.75 : 0.3)) return order(dice, start, broken);
    return view(dice, start);
  });
  return records.sort((one, other) => one.at - other.at);
}

/** @param {Record<string, string | number | boolean>} values */
const keyValues = (values) =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === "string"
        ? { stringValue: value }
        : typeof value === "boolean"
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }));

/**
 * The records as one OTLP/JSON request.
 * @param {readonly ShopRecord[]} records
 */
export function otlpOf(records) {
  const services = [...new Set(records.map((record) => record.service))];
  return {
    resourceLogs: services.map((service, index) => ({
      resource: {
        attributes: keyValues({
          "service.name": service,
          "service.version": "2026.11.3",
          "deployment.environment": "production",
          "host.name": hosts[index % hosts.length] ?? "node-1",
        }),
      },
      scopeLogs: [
        {
          scope: { name: `shop/${service}`, version: "1.4.2" },
          logRecords: records
            .filter((record) => record.service === service)
            .map((record) => ({
              timeUnixNano: String(BigInt(Math.round(record.at * 1000)) * 1000n),
              observedTimeUnixNano: String(BigInt(Math.round(record.at * 1000)) * 1000n),
              severityNumber: severity[record.level],
              severityText: record.level.toUpperCase(),
              body: { stringValue: record.body },
              traceId: record.traceId,
              spanId: record.spanId,
              flags: 1,
              attributes: keyValues(record.attributes),
            })),
        },
      ],
    })),
  };
}

// @ts-check
// Ordinary records without a secret: what must come out as it went in.
import { body } from "./secrets.mjs";

/** @typedef {import("@taffrail/contracts").Random} Random */
/** @typedef {{ kind: string, message: string, fields: object }} CleanCase */

/** @param {Random} random */
const hex = (random, length = 8) => body(random, length, "hex");
/** @param {Random} random */
const digits = (random, length = 6) => body(random, length, "digit");
/** @param {Random} random */
const uuid = (random) => `${hex(random)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`;
/** @param {Random} random */
const time = (random) => new Date(1.76e12 + random.integer(0, 3e10)).toISOString();
/** @param {Random} random */
const version = (random) => `${random.integer(0, 30)}.${random.integer(0, 20)}.${random.integer(0, 99)}`;

/** Values of fields, by the kind of thing they are. @type {Readonly<Record<string, (random: Random) => unknown>>} */
const values = {
  uuid,
  "uuid without dashes": (r) => hex(r, 32),
  sha1: (r) => hex(r, 40),
  "short sha": (r) => hex(r, 7),
  sha256: (r) => `sha256:${hex(r, 64)}`,
  etag: (r) => `W/"${hex(r, 4)}-${body(r, 27)}"`,
  ulid: (r) => `01J${body(r, 23, "base32")}`,
  nanoid: (r) => body(r, 21),
  "object id": (r) => hex(r, 24),
  snowflake: (r) => `1${digits(r, 18)}`,
  "order number": (r) => `ORD-2026-${digits(r, 8)}`,
  invoice: (r) => `INV${digits(r, 10)}`,
  "number of 12 digits": (r) => digits(r, 12),
  "number of 10 digits": (r) => Number(`1${digits(r, 9)}`),
  "number of 7 digits": (r) => digits(r, 7),
  "seconds since 1970": (r) => 1.76e9 + r.integer(0, 1e7),
  "milliseconds since 1970": (r) => 1.76e12 + r.integer(0, 1e10),
  "microseconds since 1970": (r) => 1.76e15 + r.integer(0, 1e12),
  "nanoseconds since 1970": (r) => `176${digits(r, 16)}`,
  time,
  "time with zone": (r) => time(r).replace("Z", "+01:00"),
  "time with a space": (r) => time(r).replace("T", " ").replace("Z", " +0100"),
  date: (r) => time(r).slice(0, 10),
  "compact time": (r) => time(r).replace(/[-:.]/g, ""),
  version,
  "version range": (r) => `^${version(r)} || >=${version(r)}`,
  "package@version": (r) => `pino@${version(r)}`,
  "scoped package": (r) => `@fastify/static@${version(r)}`,
  "image file": (r) => `logo-${r.integer(1, 99)}@2x.png`,
  "repository address": () => "git@github.com:acme/shop.git",
  url: (r) => `https://shop.example.com/products/${digits(r)}?page=${r.integer(1, 9)}&sort=price&code=US&state=open`,
  "url with port": (r) => `http://localhost:${r.integer(1024, 65535)}/metrics#keyboard`,
  "url with path @": (r) => `https://medium.example.com/@ann/post-${hex(r)}`,
  "url of a package": (r) => `https://registry.example.com/@acme%2flog/-/log-${version(r)}.tgz`,
  "address without password": () => "postgres://db.example.com:5432/shop?sslmode=require",
  path: (r) => `/var/lib/app/segments/${digits(r, 12)}.seg`,
  "Windows path": (r) => `C:\\Users\\Public\\token-parser\\${hex(r)}.log`,
  "trace parent": (r) => `00-${hex(r, 32)}-${hex(r, 16)}-01`,
  bytes: (r) => `${r.integer(1, 1e9)} bytes`,
  duration: (r) => `${r.integer(1, 999)}.${digits(r, 3)}ms`,
  "list of numbers": (r) => Array.from({ length: 6 }, () => r.integer(0, 9999)),
  "numbers in a text": (r) => Array.from({ length: 8 }, () => r.integer(0, 99)).join(" "),
  percentiles: (r) => `p50=${r.integer(1, 9)}ms p99=${r.integer(10, 99)}ms max=${r.integer(100, 999)}ms`,
  coordinates: (r) => `${r.integer(0, 89)}.${digits(r, 6)}, ${r.integer(0, 179)}.${digits(r, 6)}`,
  money: (r) => `1.${digits(r, 3)}.${digits(r, 3)},${digits(r, 2)} EUR`,
  phoneLike: (r) => `${digits(r, 4)}-${digits(r, 4)}`,
  "part number": (r) => `${digits(r, 4)}-${digits(r, 2)}-${digits(r, 3)}`,
  barcode: (r) => `50${digits(r, 11)}`,
  base64: (r) => Buffer.from(body(r, 24)).toString("base64"),
  mime: () => "text/html; charset=utf-8",
  "user agent": () => "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "kubernetes name": (r) => `checkout-${hex(r, 10)}-${body(r, 5).toLowerCase()}`,
  "risk-name": () => "risk-assessment-service-with-a-long-name",
  arn: (r) => `arn:aws:s3:::bucket-${digits(r, 4)}/key-of-object`,
  "docker image": (r) => `registry.example.com/app@sha256:${hex(r, 64)}`,
  emoji: () => "done 👩‍💻 – naïve café “quoted” 10 °C",
  "other scripts": () => "注文が完了しました заказ выполнен τέλος",
  percent: (r) => `${r.integer(1, 99)}% of quota, 20%25`,
  "sql text": (r) => `select * from orders where id = ${r.integer(1, 99999)} and state = 'open' limit 10`,
  cron: () => "*/5 * * * *",
  boolean: (r) => r.pick([true, false]),
  float: (r) => r.next() * 1000,
};

/** Names of fields that look like those of secrets and are none. */
const names = `authors author mailing_address_id tokens_used max_tokens passwordless secretary pinned pinnedAt keyboard keyCount primaryKey foreign_key
  tokenCount token_type tokenExpiresAt hasPassword password_reset_at passwordChangedAt passwordPolicy secretName cookieConsent cookie_domain
  sessionCount session_duration_ms author_id authored oauthProvider isAuthenticated authMethod compass bypass passenger passed passing pinging spin
  mapping shipping shippingMethod shipped skipped ipsum zipped zipFile cityCount streetwise emailsSent email_verified emailTemplate phoneModel
  addressable addressCount memory_address listenAddress name userName hostname filename event eventName state country locale status message description
  category title label tag path method route latency cardinality discard scorecard cardType dashboard keyframe keystroke monkey turkey
  tokenizer tokenized detokenize secretariat pincushion spinner accountType accountId account_status ssnap lesson assigned`.split(/\s+/);

/** Sentences that speak of secrets and tell none, and others. @type {readonly ((random: Random) => string)[]} */
const sentences = [
  () => "invalid password: too short",
  () => "password: required",
  () => "Unexpected token: }",
  () => "Unexpected token < in JSON at position 0",
  () => "token: expired",
  () => "token expired, refresh token missing",
  () => "user has no password set",
  () => "authorization: denied by policy",
  () => "cookie: not found",
  () => "secret: undefined",
  () => "api key is missing",
  () => "bearer token is missing",
  () => "basic authentication failed",
  () => "Basic auth required",
  () => "bearer of bad news",
  () => "tests pass: 12 fail: 3",
  () => "max tokens: 4096, tokens used: 512",
  () => "TypeError: Cannot read properties of undefined (reading 'token')",
  () => "listening on 0.0.0.0:8080, press Ctrl+C to stop",
  () => "error: EADDRINUSE: address already in use :::4318",
  () => "mailing list: sent to 12 authors",
  () => "expected ',' or '}' after property value",
  (r) => `GET /api/v1/orders/${digits(r)} 200 in ${r.integer(1, 900)} ms`,
  (r) => `request ${uuid(r)} done, ${r.integer(1, 99)} rows: cache=hit`,
  (r) => `[${time(r)}] worker ${r.integer(1, 16)} took job ${hex(r, 16)}`,
  (r) => `commit ${hex(r, 40)} by build #${digits(r, 5)}`,
  (r) => `retry ${r.integer(1, 5)}/5 in ${r.integer(100, 9000)} ms: connect ECONNREFUSED 127.0.0.1:${r.integer(1024, 65535)}`,
  (r) => `upgraded @taffrail/contracts from ${version(r)} to ${version(r)}`,
  (r) => `order ORD-${digits(r, 8)} of ${r.integer(1, 99)} items, total ${r.integer(1, 999)}.${digits(r, 2)} EUR`,
  (r) => `batch ${r.integer(1, 9999)}: 4096 8192 16384 records, seq ${digits(r, 9)}-${digits(r, 9)}`,
  (r) => `segment ${digits(r, 16)}.seg closed at offset ${digits(r, 8)}`,
  (r) => `heap 123.4 MB, rss ${r.integer(50, 900)}.${digits(r, 1)} MB, loop p99 ${r.integer(1, 50)} ms`,
  (r) => `JSON {"id":"${uuid(r)}","n":${r.integer(1, 999)},"ok":true,"at":"${time(r)}"}`,
  (r) => `at Object.<anonymous> (file:///srv/app/node_modules/.pnpm/pino@${version(r)}/node_modules/@scope/x/lib/a.js:${r.integer(1, 999)}:${r.integer(1, 99)})`,
];

/** @param {Random} random @param {number} count @returns {readonly CleanCase[]} */
export function cleanCases(random, count = 1500) {
  const kinds = Object.entries(values);
  return Array.from({ length: count }, (_, index) => {
    const [kind, make] = kinds[index % kinds.length] ?? ["", () => ""];
    if (index % 3 === 0) return { kind, message: "x", fields: { value: make(random) } };
    if (index % 3 === 1) {
      const name = names[Math.floor(index / 3) % names.length] ?? "x";
      return { kind: `key ${name}`, message: "x", fields: { deep: { [name]: random.integer(0, 99) } } };
    }
    const sentence = sentences[Math.floor(index / 3) % sentences.length] ?? (() => "");
    const err = Object.assign(new Error(sentence(random)), { code: "E_CLEAN" });
    return index % 2 === 0 ? { kind: "sentence", message: sentence(random), fields: {} } : { kind: "error", message: "x", fields: { err } };
  });
}

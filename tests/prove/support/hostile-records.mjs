// @ts-check
// Fields that a logger may be given: half of them plain data, for which JSON.stringify says what a line must hold, half of them whatever else a
// program can hand over.

/** @typedef {import("@taffrail/contracts").Random} Random */
/** @typedef {{ fields: object, isPlain: boolean }} Given */

/** Ranges of UTF-16 units that break careless encoders, beside plain text. */
const units = [
  [0x20, 0x7e],
  [0x20, 0x7e],
  [0x61, 0x7a],
  [0x00, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x7f, 0xff],
  [0x2028, 0x2029],
  [0x4e00, 0x4eff],
  [0xd800, 0xdfff],
  [0xfff0, 0xffff],
];
const plainUnits = units.filter(([from = 0]) => from !== 0xd800);
const keys = ["id", "user", "path", "status", "a", "b", "items", "trace_id", "constructor", "toString", "length"];
const hostileKeys = ["__proto__", "toJSON", "time", "level", "fields.level", "msg", "service", "taffrail.omitted", ""];

/** One of the items, which may be undefined. @template T @param {Random} random @param {readonly T[]} items @returns {T} */
function pick(random, items) {
  return /** @type {T} */ (items[random.integer(0, items.length)]);
}

/** @param {Random} random @param {number} length @param {readonly (readonly number[])[]} from */
function text(random, length, from) {
  let out = "";
  for (let index = 0; index < length; index++) {
    const [low = 0, high = 0] = pick(random, from);
    out += String.fromCharCode(random.integer(low, high + 1));
  }
  return out;
}

/** @param {object} target @param {string} key @param {unknown} value */
function define(target, key, value) {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** @param {Random} random @param {number} depth @returns {unknown} */
function plainValue(random, depth) {
  switch (random.integer(0, depth > 0 ? 10 : 8)) {
    case 0:
      return random.integer(-1e6, 1e6);
    case 1:
      return (random.next() - 0.5) * 10 ** random.integer(-20, 20);
    case 2:
      return pick(random, [null, true, false, undefined, -0, Number.MAX_SAFE_INTEGER, 5e-324]);
    case 3:
      return new Date(random.integer(0, 2 ** 41));
    case 4:
    case 5:
    case 6:
      return text(random, random.integer(0, 30), plainUnits);
    case 7:
      return text(random, random.integer(0, 300), plainUnits);
    case 8:
      return Array.from({ length: random.integer(0, 5) }, () => plainValue(random, depth - 1));
    default:
      return plainFields(random, depth - 1);
  }
}

/** @param {Random} random @param {number} depth @returns {Record<string, unknown>} */
function plainFields(random, depth) {
  /** @type {Record<string, unknown>} */
  const fields = random.next() < 0.1 ? Object.create(null) : {};
  for (let index = random.integer(0, 7); index > 0; index--) {
    const key = random.next() < 0.8 ? pick(random, keys) : text(random, random.integer(1, 9), plainUnits);
    if (key !== "__proto__" && key !== "toJSON") define(fields, key, plainValue(random, depth));
  }
  return random.next() < 0.2 ? Object.freeze(fields) : fields;
}

class Account {
  #secret = 1;
  /** @param {unknown} owner */
  constructor(owner) {
    this.owner = owner;
  }
  get secret() {
    return this.#secret;
  }
}

function thrower() {
  throw new Error("refused");
}

const endless = {
  toJSON() {
    return { again: endless, toJSON: endless.toJSON };
  },
};

/** What a proxy can do wrong. @param {Random} random @param {object} target */
function proxyOf(random, target) {
  const traps = ["ownKeys", "get", "getPrototypeOf", "getOwnPropertyDescriptor", "has"].filter(
    () => random.next() < 0.3,
  );
  const proxy = Proxy.revocable(target, Object.fromEntries(traps.map((trap) => [trap, thrower])));
  if (random.next() < 0.2) proxy.revoke();
  return proxy.proxy;
}

/** @type {readonly ((random: Random, depth: number) => unknown)[]} */
const makers = [
  (random) => text(random, random.integer(0, 40), units),
  (random) => text(random, random.integer(0, 5000), units),
  (random) => pick(random, [Number.NaN, Infinity, -Infinity, -0, Number.MAX_VALUE, 2 ** 53, 1e21, 5e-324]),
  (random) => BigInt(random.integer(0, 2 ** 40)) ** BigInt(pick(random, [1, 3, 9, 2000])),
  (random) =>
    pick(random, [() => 1, Symbol("s"), undefined, null, new Date(Number.NaN), /a"b\\/g, Object("boxed"), Object(1n)]),
  (random, depth) =>
    new Map([
      [text(random, 3, units), value(random, depth - 1)],
      ["k", 1],
    ]),
  (random, depth) => new Map([[value(random, depth - 1), value(random, depth - 1)]]),
  (random, depth) => new Set([value(random, depth - 1), 2]),
  (random) =>
    pick(random, [Buffer.from("secret"), new Float64Array(3), new ArrayBuffer(8), new DataView(new ArrayBuffer(2))]),
  (random, depth) => new Account(value(random, depth - 1)),
  (random, depth) =>
    Object.assign(new TypeError(text(random, 9, units), { cause: value(random, depth - 1) }), { code: 1, type: "x" }),
  (random, depth) => new AggregateError([value(random, depth - 1)], "both"),
  () => endless,
  (random, depth) => ({ toJSON: () => value(random, depth - 1) }),
  () => ({ toJSON: thrower }),
  () => Object.defineProperty({ a: 1 }, "b", { enumerable: true, get: thrower }),
  (random, depth) =>
    proxyOf(random, pick(random, [{ a: 1 }, [1, 2], () => 1, new Error("x"), hostileFields(random, depth - 1)])),
  (random, depth) => Array.from({ length: random.integer(0, 6) }, () => value(random, depth - 1)),
  (random) => Object.assign(new Array(random.integer(0, 400)), { 3: "x" }),
  (random, depth) => hostileFields(random, depth - 1),
  (random, depth) => Object.create({ inherited: value(random, depth - 1) }, { own: { value: 1, enumerable: true } }),
  (random, depth) => {
    const loop = hostileFields(random, depth - 1);
    define(loop, "self", random.next() < 0.5 ? loop : [loop]);
    return loop;
  },
];

/** @param {Random} random @param {number} depth @returns {unknown} */
function value(random, depth) {
  return depth <= 0 || random.next() < 0.3 ? plainValue(random, 0) : pick(random, makers)(random, depth);
}

/** @param {Random} random @param {number} depth @returns {Record<string, unknown>} */
function hostileFields(random, depth) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (let index = random.integer(0, 6); index > 0; index--) {
    const source = random.next();
    const key =
      source < 0.4
        ? pick(random, keys)
        : source < 0.7
          ? pick(random, hostileKeys)
          : text(random, random.integer(0, 6), units);
    define(fields, key, value(random, depth));
  }
  return fields;
}

/** @param {number} depth */
function deep(depth) {
  /** @type {unknown} */
  let inner = "end";
  for (let level = 0; level < depth; level++) inner = level % 2 === 0 ? [inner] : { inner };
  return { inner };
}

/** Rare records that are large in one way or another. @param {Random} random @returns {object} */
function huge(random) {
  switch (random.integer(0, 5)) {
    case 0:
      return Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
    case 1:
      return { nested: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, { index }])) };
    case 2:
      return { list: Array.from({ length: 100_000 }, (_, index) => index), set: new Set([deep(100)]) };
    case 3: {
      /** @type {unknown} */
      let bomb = "boom";
      for (let level = 0; level < 8; level++) bomb = Array.from({ length: 256 }, () => bomb);
      return { bomb };
    }
    default:
      return deep(10_000);
  }
}

/**
 * The fields of one record. `text100Mb` is drawn rarely, since the generator has to make it.
 * @param {Random} random @returns {Given}
 */
export function hostileRecord(random) {
  const draw = random.next();
  if (draw < 0.5) return { fields: plainFields(random, 4), isPlain: true };
  if (draw < 0.5 + 1 / 100_000)
    return { fields: { long: pick(random, ["x", "\ud800", '"']).repeat(1e8) }, isPlain: false };
  if (draw < 0.5 + 1 / 2_000) return { fields: huge(random), isPlain: false };
  const fields = value(random, 5);
  return { fields: typeof fields === "object" && fields !== null ? fields : { fields }, isPlain: false };
}

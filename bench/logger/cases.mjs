// @ts-check
// The five cases. Values rotate over 1024 prepared ones, so that no peer can remember a whole line; the object literals are made at the call, as in
// a real program.

/** @typedef {{ bytes: number, ip: string, ms: number, path: string, ok: boolean, user: string }} Values */
/** @typedef {"hello" | "fields" | "child" | "redact" | "error"} CaseName */

/** @type {readonly CaseName[]} */
export const caseNames = ["hello", "fields", "child", "redact", "error"];

/** @type {Readonly<Record<CaseName, string>>} */
export const caseTitles = {
  hello: "a  one literal message",
  fields: "b  message and five fields",
  child: "c  child with three bindings, ten leaves in three nested objects",
  redact: "d  three redacted paths",
  error: "e  an Error with a 700 byte stack",
};

/** Bindings of the child logger of case c. */
export const bindings = { module: "orders", region: "eu-west-1", version: "4.2.0" };

/** Paths of case d, in the notation that pino, LogTape's peers and Taffrail share. */
export const redactPaths = ["password", "user.email", "req.headers.authorization"];

const rotation = 1024;

/** @returns {readonly Values[]} */
function makeValues() {
  return Array.from({ length: rotation }, (_, index) => ({
    bytes: 512 + index * 7,
    ip: `10.0.${index % 256}.${(index * 7) % 256}`,
    ms: index / 8 + 0.25,
    path: `/api/orders/${index}`,
    ok: index % 3 !== 0,
    user: `user-${index}@example.org`,
  }));
}

/** @returns {readonly Error[]} */
function makeErrors() {
  return Array.from({ length: rotation }, (_, index) => {
    const error = new TypeError(`cannot read order ${index}`);
    const frame = "    at placeOrder (file:///srv/app/dist/orders/place-order.js:112:17)\n";
    error.stack = `TypeError: cannot read order ${index}\n${frame.repeat(10)}`.slice(0, 700);
    return error;
  });
}

/**
 * What is logged, as functions of the call's number.
 * @returns {{ fields: (index: number) => object, nested: (index: number) => object, secret: (index: number) => object, error: (index: number) => Error }}
 */
export function makeInputs() {
  const values = makeValues();
  const errors = makeErrors();
  const at = (/** @type {number} */ index) => /** @type {Values} */ (values[index % rotation]);
  return {
    fields: (index) => {
      const { bytes, ip, ms, path, ok } = at(index);
      return { path, ip, bytes, ms, ok };
    },
    nested: (index) => {
      const { bytes, ip, ms, path, ok, user } = at(index);
      return {
        req: { method: "GET", path, ip, bytes },
        res: { status: 200, ms, ok },
        cart: { items: 3, user, currency: "EUR" },
      };
    },
    secret: (index) => {
      const { ip, path, user } = at(index);
      return {
        path,
        password: user,
        user: { name: ip, email: user },
        req: { headers: { authorization: ip, host: path } },
      };
    },
    error: (index) => /** @type {Error} */ (errors[index % rotation]),
  };
}

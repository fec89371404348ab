// @ts-check
import { open } from "node:fs/promises";
import { bindings } from "../cases.mjs";
import { pickCall } from "../peer.mjs";

/** @typedef {import("../peer.mjs").Peer} Peer */

const chunkLength = 64 * 1024;
const quote = JSON.stringify;

/** The least that any logger has to do: text of a known shape is joined, and written 64 KiB at a time. @type {Peer} */
const floor = {
  name: "floor",
  note: "hand-written concatenation for the known shape, no pipeline: the limit of plain JavaScript",
  cases: ["hello", "fields", "child", "redact", "error"],
  async start({ path, caseName, inputs }) {
    const file = await open(path, "w");
    const head = `,"level":"info","service":"checkout"`;
    const bound = quote(bindings).slice(1, -1);
    let text = "";
    let writing = Promise.resolve();
    const add = (/** @type {string} */ rest) => {
      text += `{"time":${Date.now()}${head}${rest}}\n`;
      if (text.length < chunkLength) return;
      const chunk = text;
      text = "";
      writing = writing.then(() => file.writeFile(chunk));
    };
    return {
      call: pickCall(
        {
          hello: () => add(`,"msg":"hello world"`),
          fields: (index) => {
            const { path: at, ip, bytes, ms, ok } = /** @type {any} */ (inputs.fields(index));
            add(
              `,"path":${quote(at)},"ip":${quote(ip)},"bytes":${bytes},"ms":${ms},"ok":${ok},"msg":"request completed"`,
            );
          },
          child: (index) => {
            const { req, res, cart } = /** @type {any} */ (inputs.nested(index));
            add(
              `,${bound},"req":{"method":${quote(req.method)},"path":${quote(req.path)},"ip":${quote(req.ip)},"bytes":${req.bytes}},"res":{"status":${res.status},"ms":${res.ms},"ok":${res.ok}},"cart":{"items":${cart.items},"user":${quote(cart.user)},"currency":${quote(cart.currency)}},"msg":"request completed"`,
            );
          },
          redact: (index) => {
            const { path: at, user, req } = /** @type {any} */ (inputs.secret(index));
            add(
              `,"path":${quote(at)},"password":"[redacted]","user":{"name":${quote(user.name)},"email":"[redacted]"},"req":{"headers":{"authorization":"[redacted]","host":${quote(req.headers.host)}}},"msg":"request completed"`,
            );
          },
          error: (index) => {
            const error = inputs.error(index);
            add(
              `,"err":{"type":"TypeError","message":${quote(error.message)},"stack":${quote(error.stack)}},"msg":"order failed"`,
            );
          },
        },
        caseName,
      ),
      async close() {
        await writing;
        await file.writeFile(text);
        await file.close();
      },
    };
  },
};

/** @type {readonly Peer[]} */
export const peers = [floor];

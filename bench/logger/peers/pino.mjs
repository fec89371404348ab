// @ts-check
import pino from "pino";
import { bindings, caseNames, redactPaths } from "../cases.mjs";
import { once, pickCall } from "../peer.mjs";

/** @typedef {import("../peer.mjs").Peer} Peer */

/** @param {import("pino").Logger} root @param {import("../peer.mjs").Setup} setup */
function callOf(root, { caseName, inputs }) {
  const child = root.child(bindings);
  return pickCall(
    {
      hello: () => root.info("hello world"),
      fields: (index) => root.info(inputs.fields(index), "request completed"),
      child: (index) => child.info(inputs.nested(index), "request completed"),
      redact: (index) => root.info(inputs.secret(index), "request completed"),
      error: (index) => root.error(inputs.error(index), "order failed"),
    },
    caseName,
  );
}

/** @param {string} caseName */
const optionsOf = (caseName) => (caseName === "redact" ? { redact: [...redactPaths] } : {});

/** @type {Peer} */
const sync = {
  name: "pino-sync",
  note: "destination({ sync: true }), the default",
  cases: caseNames,
  start(setup) {
    const destination = pino.destination({ dest: setup.path, sync: true });
    const root = pino(optionsOf(setup.caseName), destination);
    return {
      call: callOf(root, setup),
      async close() {
        destination.flushSync();
        destination.end();
      },
    };
  },
};

/** @type {Peer} */
const async_ = {
  name: "pino-async",
  note: "destination({ sync: false, minLength: 4096 }), as its documentation advises for speed",
  cases: caseNames,
  start(setup) {
    const destination = pino.destination({ dest: setup.path, sync: false, minLength: 4096 });
    const root = pino(optionsOf(setup.caseName), destination);
    return {
      call: callOf(root, setup),
      async close() {
        const closed = once(destination, "close");
        destination.end();
        await closed;
      },
    };
  },
};

/** @type {Peer} */
const worker = {
  name: "pino-worker",
  note: "transport({ target: 'pino/file' })",
  cases: caseNames,
  async start(setup) {
    const transport = pino.transport({ target: "pino/file", options: { destination: setup.path } });
    await once(transport, "ready");
    const root = pino(optionsOf(setup.caseName), transport);
    return {
      call: callOf(root, setup),
      async close() {
        const closed = once(transport, "close");
        // Its worker does not keep the process alive until it has written everything.
        const hold = setInterval(() => {}, 1000);
        transport.end();
        await closed;
        clearInterval(hold);
      },
    };
  },
};

/** @type {readonly Peer[]} */
export const peers = [sync, async_, worker];

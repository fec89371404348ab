// @ts-check
import { createWriteStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
// @ts-expect-error the package has no types of its own
import bunyan from "bunyan";
import winston from "winston";
import { bindings } from "../cases.mjs";
import { once, pickCall } from "../peer.mjs";

/** @typedef {import("../peer.mjs").Peer} Peer */

// Neither has redaction of its own: case d is left out.
/** @type {readonly import("../cases.mjs").CaseName[]} */
const cases = ["hello", "fields", "child", "error"];

/** @type {Peer} */
const winstonPeer = {
  name: "winston",
  note: "File transport, timestamp and JSON formats; its work is done after the call",
  cases,
  slow: true,
  start({ path, caseName, inputs }) {
    const transport = new winston.transports.File({ filename: path });
    const { combine, errors, json, timestamp } = winston.format;
    const root = winston.createLogger({
      format: combine(errors({ stack: true }), timestamp(), json()),
      transports: [transport],
    });
    const child = root.child(bindings);
    return {
      call: pickCall(
        {
          hello: () => root.info("hello world"),
          fields: (index) => root.info("request completed", inputs.fields(index)),
          child: (index) => child.info("request completed", inputs.nested(index)),
          redact: undefined,
          error: (index) => root.error(inputs.error(index)),
        },
        caseName,
      ),
      async close() {
        // Ending it with a backlog makes it throw "write after end": its queues must run empty first.
        while (root.readableLength + root.writableLength + transport.writableLength > 0) await sleep(2);
        const finished = once(transport, "finish");
        root.end();
        await finished;
      },
    };
  },
};

/** @type {Peer} */
const bunyanPeer = {
  name: "bunyan",
  note: "a write stream to the file",
  cases,
  start({ path, caseName, inputs }) {
    const stream = createWriteStream(path);
    const root = bunyan.createLogger({
      name: "checkout",
      streams: [{ stream }],
      serializers: { err: bunyan.stdSerializers.err },
    });
    const child = root.child(bindings);
    return {
      call: pickCall(
        {
          hello: () => root.info("hello world"),
          fields: (index) => root.info(inputs.fields(index), "request completed"),
          child: (index) => child.info(inputs.nested(index), "request completed"),
          redact: undefined,
          error: (index) => root.error(inputs.error(index), "order failed"),
        },
        caseName,
      ),
      async close() {
        const finished = once(stream, "finish");
        stream.end();
        await finished;
      },
    };
  },
};

/** @type {readonly Peer[]} */
export const peers = [winstonPeer, bunyanPeer];

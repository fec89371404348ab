// @ts-check
import { getStreamFileSink } from "@logtape/file";
import { configure, dispose, getLogger, jsonLinesFormatter } from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import { bindings } from "../cases.mjs";
import { pickCall } from "../peer.mjs";

/** @typedef {import("../peer.mjs").Peer} Peer */

/** @type {Peer} */
const logtape = {
  name: "logtape",
  note: "getStreamFileSink with the JSON lines formatter",
  cases: ["hello", "fields", "child", "redact", "error"],
  slow: true,
  async start({ path, caseName, inputs }) {
    const plain = getStreamFileSink(path, { formatter: jsonLinesFormatter });
    const file = caseName === "redact" ? redactByField(plain, ["password", "email", "authorization"]) : plain;
    await configure({
      sinks: { file },
      loggers: [
        { category: "app", lowestLevel: "info", sinks: ["file"] },
        { category: ["logtape", "meta"], lowestLevel: "fatal", sinks: [] },
      ],
    });
    const root = getLogger("app");
    const child = root.with(bindings);
    return {
      call: pickCall(
        {
          hello: () => root.info("hello world"),
          fields: (index) => root.info("request completed", { ...inputs.fields(index) }),
          child: (index) => child.info("request completed", { ...inputs.nested(index) }),
          redact: (index) => root.info("request completed", { ...inputs.secret(index) }),
          error: (index) => root.error("order failed", { error: inputs.error(index) }),
        },
        caseName,
      ),
      close: () => dispose(),
    };
  },
};

/** @type {readonly Peer[]} */
export const peers = [logtape];

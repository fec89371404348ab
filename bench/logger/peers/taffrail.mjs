// @ts-check
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, fileSink } from "taffrail";
import { bindings, caseNames, redactPaths } from "../cases.mjs";
import { pickCall } from "../peer.mjs";

/** @typedef {import("../peer.mjs").Peer} Peer */
/** @typedef {import("../peer.mjs").Setup} Setup */
/** @typedef {NonNullable<Parameters<typeof createLogger>[0]>} Options */

/** @param {Setup} setup @param {Options} options @returns {import("../peer.mjs").Running} */
function start({ path, caseName, inputs }, options) {
  const log = createLogger({
    service: "checkout",
    sinks: [fileSink({ path })],
    // The harness logs as fast as it can; a bounded buffer must be large enough to lose nothing of it.
    bufferBytes: 512 * 1024 * 1024,
    ...(caseName === "redact" ? { redact: { paths: redactPaths } } : {}),
    ...options,
  });
  const child = log.child(bindings);
  return {
    call: pickCall(
      {
        hello: () => log.info("hello world"),
        fields: (index) => log.info("request completed", inputs.fields(index)),
        child: (index) => child.info("request completed", inputs.nested(index)),
        redact: (index) => log.info("request completed", inputs.secret(index)),
        error: (index) => log.error("order failed", inputs.error(index)),
      },
      caseName,
    ),
    async close() {
      const ledger = await log.close({ deadlineMs: 60_000 });
      if (ledger.delivered !== ledger.accepted) throw new Error(`the ledger says ${JSON.stringify(ledger)}`);
    },
  };
}

const build = Object.freeze({ build: "2026.11.22" });

/** Two enrichers, a filter and a redactor of a user's own. @returns {Options} */
function plugins() {
  const manifest = (/** @type {string} */ name, /** @type {any} */ kind) => ({ name, kind, apiVersion: 1 });
  return {
    plugins: /** @type {any} */ ([
      { manifest: manifest("host", "enricher"), constants: { host: "app-1", zone: "a" } },
      { manifest: manifest("build", "enricher"), enrich: () => build },
      {
        manifest: manifest("health-checks", "filter"),
        keep: (/** @type {any} */ record) => record.message !== "health check",
      },
      {
        manifest: manifest("company-names", "redactor"),
        place: (/** @type {readonly string[]} */ path) =>
          path.at(-1) === "employee" ? { action: "mask", text: "[redacted]" } : { action: "keep" },
      },
    ]),
  };
}

/** @type {Peer} */
const core = {
  name: "taffrail",
  note: "the full default pipeline: ledger, bounded buffer, RFC 3339 time, default redaction",
  cases: caseNames,
  start: (setup) => start(setup, {}),
};

/** @type {Peer} */
const withPlugins = {
  name: "taffrail+plugins",
  note: "with two enrichers, a filter and a redactor",
  cases: caseNames,
  start: (setup) => start(setup, plugins()),
};

/** @type {Peer} */
const hardened = {
  name: "taffrail-hardened",
  note: "the hardened preset (value detectors on), without the spool",
  cases: caseNames,
  start: (setup) => start(setup, { preset: "hardened" }),
};

/** @type {Peer} */
const durable = {
  name: "taffrail-durable",
  note: "each record on disk before the call returns",
  cases: caseNames,
  slow: true,
  start(setup) {
    const dir = mkdtempSync(join(tmpdir(), "taffrail-bench-spool-"));
    const sinks = /** @type {any} */ ([{ sink: fileSink({ path: setup.path }), durable: true }]);
    const running = start(setup, /** @type {any} */ ({ sinks, durable: { dir, maxBytes: 2 ** 32 } }));
    return {
      call: running.call,
      async close() {
        await running.close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  },
};

/** @type {readonly Peer[]} */
export const peers = [core, withPlugins, hardened, durable];

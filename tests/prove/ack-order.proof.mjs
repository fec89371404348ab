// @ts-check
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "@taffrail/experiments";
import { command, processTree } from "./support/machine.mjs";
import { forms, send } from "./support/senders.mjs";

/** @typedef {{ kind: "write" | "sync" | "answer", text: string }} Event */

/**
 * The order of journal writes, journal syncs and 200 answers in a trace. A call split in two counts where it returned, an answer where it began.
 * @param {string} trace @returns {Event[]}
 */
export function eventsOf(trace) {
  /** @type {Event[]} */
  const events = [];
  /** @type {Map<string, string>} */
  const open = new Map();
  for (const line of trace.split("\n")) {
    const [, pid = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (/HTTP\/1\.1 200/.test(rest) && !rest.startsWith("<...")) events.push({ kind: "answer", text: rest });
    if (rest.endsWith("<unfinished ...>")) {
      open.set(pid, rest);
      continue;
    }
    const whole = rest.startsWith("<...") ? `${open.get(pid) ?? ""}${rest}` : rest;
    open.delete(pid);
    if (!/journal\/[^>"]*>/.test(whole) || !/= \d+$/.test(whole.trim())) continue;
    if (/^(pwrite64|pwritev|write|writev)\(/.test(whole)) events.push({ kind: "write", text: whole });
    if (/^(fsync|fdatasync)\(/.test(whole)) events.push({ kind: "sync", text: whole });
  }
  return events;
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "ack-order",
  title: "an acknowledged but unsynced write is impossible: write, then fsync, then answer, in the system calls",
  needs: ["strace"],
  counts: { full: 100, share: 10 },
  async run({ count, folder, random }) {
    const target = join(folder, "trace");
    const wrapper = [
      "strace",
      "-f",
      "-y",
      "-s",
      "200000",
      "-e",
      "trace=write,writev,pwrite64,pwritev,fsync,fdatasync",
      "-o",
      target,
    ];
    const server = await startServer({ command, dataDir: join(folder, "data"), wrapper, readyTimeoutMs: 90_000 });
    if (!server.url) return { figures: {}, faults: [`not ready under strace: ${server.stderr().slice(-1000)}`] };
    const plain = forms.filter((form) => form !== "lines-gzip");
    const ids = Array.from({ length: count }, (_, index) => `order-${index}-${random.integer(0, 1e9)}`);
    const faults = [];
    for (const id of ids) {
      const outcome = await send(server.url, random.pick(plain), [id]);
      if (outcome !== "acknowledged") faults.push(`${id} was not acknowledged but ${outcome}`);
    }
    // A signal to strace would only make it let go of the server.
    process.kill(processTree(server.pid)[1] ?? server.pid, "SIGTERM");
    await server.exited;
    const events = eventsOf(readFileSync(target, "latin1"));
    let answered = -1;
    for (const id of ids) {
      const written = events.findIndex(({ kind, text }) => kind === "write" && text.includes(id));
      const synced = events.findIndex(({ kind }, index) => kind === "sync" && index > written);
      answered = events.findIndex(({ kind }, index) => kind === "answer" && index > answered);
      if (written < 0 || synced < 0 || answered < synced)
        faults.push(`${id}: written at ${written}, synced at ${synced}, answered at ${answered}`);
    }
    const count200 = events.filter(({ kind }) => kind === "answer").length;
    return {
      figures: {
        "batches acknowledged": ids.length,
        "answers seen in the trace": count200,
        "syncs seen": events.filter(({ kind }) => kind === "sync").length,
      },
      faults,
    };
  },
};

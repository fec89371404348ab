import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createFailpoint } from "@taffrail/experiments";
import { engineCodes } from "./engine-errors.ts";
import type { EngineChildOptions, FromEngine, ToEngine } from "./engine-protocol.ts";
import { createSessionPool, type SessionPool } from "./engine-sessions.ts";
import { identifyProcess } from "./process-identity.ts";

type Run = Extract<ToEngine, { readonly type: "run" }>;

const options = JSON.parse(process.argv[2] ?? "{}") as EngineChildOptions;
const failpoint = createFailpoint(process.env.TAFFRAIL_FAILPOINTS ?? "");
const running = new Set<number>();

const send = (message: FromEngine): void => {
  if (process.connected) process.send?.(message);
};

/** Nothing may outlive the server: a query in flight runs on another thread, so only SIGKILL ends it for sure. The store survives that. */
const endNow = (): void => {
  process.kill(process.pid, "SIGKILL");
};

const mark = (id: number): string => `/* taffrail ${String(id)} */`;

function statement(message: Run): string {
  const limits = Object.entries(message.limits).map(([name, value]) => `${name}=${String(Number(value))}`);
  return `SET ${limits.join(", ")}; ${mark(message.id)} ${message.sql}`;
}

/** The engine counts a constant column once, so the limit on its result is checked again on the text. */
function answer({ id, limits, wantsRows }: Run, text: Uint8Array): FromEngine {
  if (!wantsRows) return { type: "answer", id, text: new Uint8Array() };
  if (text.byteLength <= limits.max_result_bytes) return { type: "answer", id, text };
  return { type: "failed", id, code: engineCodes.answer, message: "the answer is too large" };
}

async function run(pool: SessionPool, message: Run): Promise<void> {
  const { id } = message;
  running.add(id);
  try {
    failpoint("engine.query.before");
    const text = await pool.run(message.slot, message.readOnly, statement(message));
    failpoint("engine.query.after");
    send(answer(message, text));
  } catch (error) {
    const { clickhouseCode, message: text } = error as { clickhouseCode?: number; message?: string };
    send({ type: "failed", id, code: clickhouseCode, message: text ?? String(error) });
  } finally {
    running.delete(id);
  }
}

/** Asks until the statement has ended: it may not have reached the engine's list yet when the first request is made. */
async function kill(pool: SessionPool, id: number): Promise<void> {
  for (let pauseMs = 20; running.has(id); pauseMs = Math.min(1000, pauseMs * 2)) {
    await pool.control(`KILL QUERY WHERE startsWith(query, '${mark(id)}') ASYNC`).catch(() => {});
    await sleep(pauseMs);
  }
}

/** When memory runs out the kernel should take the engine, which is started again, not the server. */
function volunteerForMemory(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/oom_score_adj", "500");
  } catch {
    // Some containers forbid it; it is only a preference.
  }
}

async function main(): Promise<void> {
  process.umask(0o077);
  process.on("disconnect", endNow);
  // The terminal sends Ctrl-C to the whole group; the server decides when the engine ends.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  volunteerForMemory();
  writeFileSync(options.pidPath, JSON.stringify(identifyProcess(process.pid)), { mode: 0o600 });
  failpoint("engine.open.before");
  const pool = createSessionPool(options.storeDirectory, options.configPath);
  const version = await pool.run(0, false, "SELECT version()");
  process.on("message", (message: ToEngine) => {
    if (message.type === "run") void run(pool, message);
    else if (message.type === "kill") void kill(pool, message.id);
    else {
      pool.close();
      process.exit(0);
    }
  });
  const parsed = JSON.parse(Buffer.from(version).toString("utf8")) as { data: [[string]] };
  send({ type: "ready", version: parsed.data[0][0] });
}

main().catch((error: unknown) => {
  send({ type: "fatal", message: error instanceof Error ? error.message : String(error) });
  setTimeout(() => process.exit(1), 100);
});

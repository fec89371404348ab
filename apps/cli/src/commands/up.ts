import { droppedTotal, type Ledger, TaffrailError } from "@taffrail/contracts";
import { Option } from "commander";
import { type CommandContext, defineCommand, type Typed } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { textOption } from "../typed.ts";

/** Start-up options of the server, by their key in its configuration; it checks them itself. */
export interface UpPlan {
  readonly flags: Readonly<Record<string, string>>;
}

const optionKeys = ["listen", "data", "settingsUrl", "logLevel", "logFormat", "drainTimeout"] as const;

/**
 * Judges what was typed; throws `usage`.
 *
 * @example planUp({ operands: [], options: { listen: "127.0.0.1:0" } }).flags // { listen: "127.0.0.1:0" }
 */
export function planUp(typed: Typed): UpPlan {
  if (typed.operands.length > 0) throw new TaffrailError("usage", { reason: "up takes no arguments" });
  const given = optionKeys.flatMap((key) => {
    const value = textOption(typed, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return { flags: Object.fromEntries(given) };
}

function ledgerText(ledger: Ledger): string {
  const { accepted, delivered, filtered, pending } = ledger;
  return `${accepted} records accepted: ${delivered} stored, ${filtered} filtered, ${droppedTotal(ledger)} dropped, ${pending} kept on disk for the next start.`;
}

async function run(plan: UpPlan, context: CommandContext): Promise<ExitCode> {
  const { out, json } = context;
  const finish = context.finishOnSignal();
  // Only this command needs the server; the others should not wait for it to load.
  const { runServer } = await import("@taffrail/server");
  const server = await runServer({ flags: plan.flags, env: context.env });
  const ended = new Promise<void>((resolve) => finish.addEventListener("abort", () => resolve()));
  try {
    await Promise.race([server.ready(), ended]);
  } catch (error) {
    await server.close();
    throw error;
  }
  if (!finish.aborted) {
    const ready = { event: "ready", url: server.url, addresses: server.addresses, dataDir: server.dataDir };
    await out.write(json ? `${JSON.stringify(ready)}\n` : `Taffrail is ready at ${server.url}\n`);
    await ended;
  }
  const ledger = await server.close();
  await out.write(
    json ? `${JSON.stringify({ event: "stopped", ledger })}\n` : `Taffrail stopped. ${ledgerText(ledger)}\n`,
  );
  return exitCodes.ok;
}

/** `taffrail up`: the server, in this process. */
export const upCommand = defineCommand({
  name: "up",
  summary: "Run the server in the foreground until a signal ends it; a second signal ends it at once.",
  arguments: [],
  options: [
    new Option(
      "--listen <host:port>",
      "where to listen; localhost means 127.0.0.1 and ::1, port 0 picks a free one (default: localhost:4318, env: TAFFRAIL_LISTEN)",
    ),
    new Option(
      "--data <dir>",
      "directory of everything the server stores (default: $XDG_DATA_HOME/taffrail, env: TAFFRAIL_DATA)",
    ),
    new Option(
      "--settings-url <url>",
      "PostgreSQL database for settings (default: a file in the data directory, env: TAFFRAIL_SETTINGS_URL)",
    ),
    new Option(
      "--log-level <level>",
      "least severe level that the server logs about itself (default: info, env: TAFFRAIL_LOG_LEVEL)",
    ),
    new Option(
      "--log-format <format>",
      "how its lines look on standard error: pretty, json or auto (default: auto, env: TAFFRAIL_LOG_FORMAT)",
    ),
    new Option(
      "--drain-timeout <seconds>",
      "how long a stopping server waits for what is under way (default: 10, env: TAFFRAIL_DRAIN_TIMEOUT)",
    ),
  ],
  examples: [
    { line: "up", does: "server and page on http://127.0.0.1:4318" },
    { line: "up --listen 127.0.0.1:5318 --data ./logs", does: "another one, with its own data" },
    { line: "up --json", does: "one JSON line when it is ready, one with the ledger when it stopped" },
  ],
  asksServer: false,
  plan: planUp,
  run,
});

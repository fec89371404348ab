// @ts-check
// `npm start`: ready the checkout, then run the server in the foreground. Arguments after `--` go to `taffrail up`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { makeReady, root } from "./ready.mjs";

makeReady();
const child = spawn(process.execPath, [join(root, "apps/cli/bin/taffrail.mjs"), "up", ...process.argv.slice(2)], {
  stdio: "inherit",
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process only has to be passed on.
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));

// @ts-check
// `npm start`: ready the checkout, then be the server, in this process, so that signals need no go-between. Arguments after `--` go to `taffrail up`.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { makeReady, root } from "./ready.mjs";

makeReady();
const command = join(root, "apps/cli/bin/taffrail.mjs");
process.argv = [process.execPath, command, "up", ...process.argv.slice(2)];
await import(pathToFileURL(command).href);

import { readFileSync } from "node:fs";

/** Version of the server's package. */
export const serverVersion: string = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).version;

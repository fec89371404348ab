// @ts-check
/** Writes docs/reference/openapi.json from the server's route table. Needs a build of apps/server. `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const target = new URL("docs/reference/openapi.json", root);
const built = new URL("apps/server/dist/openapi.js", root);

const { openapiDocument } = await import(built.href);
const { version } = JSON.parse(readFileSync(new URL("apps/server/package.json", root), "utf8"));
const text = `${JSON.stringify(openapiDocument(version), null, 2)}\n`;

if (process.argv.includes("--check")) {
  const found = readFileSync(target, "utf8");
  if (found !== text) {
    process.stderr.write("docs/reference/openapi.json is stale: run `npm run gen`\n");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
}

// @ts-check
// Every public option has a test of its effect. An option counts as tested when a test's title begins with its name and a colon:
// `it("maxBytes: begins a new file before …")`, `it("limits.depth: …")`, several between commas. Prints what is missing; exit code 1 then.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { missingTests, optionsOf, publicNames, titlesOf } from "./options-tests/options.mjs";
import { makeReady, root } from "./ready.mjs";

/** What users import, and where its sources and tests are. */
const packages = [
  {
    folder: "packages/taffrail/src",
    entries: ["index.ts", "middleware/index.ts", "bridges/index.ts", "observe/handlers.ts"],
  },
  { folder: "packages/otel/src", entries: ["index.ts"] },
];

/** @param {string} folder */
const filesOf = (folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));

makeReady();
/** @type {{ loggerOptionDefinitions: readonly { key: string, nested?: readonly { key: string }[] }[] }} */
const { loggerOptionDefinitions } = await import(join(root, "packages/taffrail/dist/options/definitions.js"));
const nested = loggerOptionDefinitions.flatMap(({ key, nested: inner = [] }) => [
  key,
  ...inner.map((option) => `${key}.${option.key}`),
]);

let total = 0;
/** @type {string[]} */
const missing = [];
for (const { folder, entries } of packages) {
  const files = filesOf(folder);
  const names = publicNames(files.filter(({ path }) => entries.includes(path.slice(folder.length + 1))));
  const sources = files.filter(({ path }) => !path.endsWith(".test.ts"));
  const options = optionsOf(sources, names);
  const known = options.some(({ owner }) => owner === "LoggerOptions")
    ? [
        ...options.filter(({ owner }) => owner !== "LoggerOptions"),
        ...nested.map((key) => ({ owner: "LoggerOptions", key, path: `${folder}/options/` })),
      ]
    : options;
  total += known.length;
  missing.push(...missingTests(known, titlesOf(files)));
}
for (const line of missing) process.stdout.write(`${line}\n`);
process.stdout.write(`options-tests: ${total - missing.length} of ${total} options have a test of their effect\n`);
process.exitCode = missing.length === 0 ? 0 : 1;

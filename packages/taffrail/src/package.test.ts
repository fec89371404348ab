import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packCopy } from "../scripts/pack-copy.mjs";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const binaries = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));
let folder: string;
let copy: string;
let tarball: string;
let user: string;

const run = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, [...args], { cwd, encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
};

/** Packs the package and installs it where nothing else is. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-package-"));
  tarball = packCopy(folder);
  copy = join(folder, "copy");
  user = join(folder, "user/app");
  mkdirSync(user, { recursive: true });
  writeFileSync(join(user, "package.json"), '{ "name": "app", "private": true }\n');
  const cache = join(folder, "empty-cache");
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", "--cache", cache, tarball], user);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const use = `
  const log = createLogger({ service: "app", sinks: [consoleSink({ format: "json" })] });
  log.info("hello", { a: 1 });
  try { createLogger({ nope: 1 }); } catch (error) { log.error("refused", error); if (!(error instanceof TaffrailError)) throw error; }
`;
const messages = (stdout: string): string[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

describe("the packed package", () => {
  it("has no dependencies, and brings none", () => {
    const installed = join(user, "node_modules");
    expect(readdirSync(installed).filter((name) => !name.startsWith("."))).toEqual(["taffrail"]);
    const manifest = JSON.parse(readFileSync(join(installed, "taffrail/package.json"), "utf8"));
    expect([manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const texts = readdirSync(join(installed, "taffrail/dist"), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(js|d\.ts)$/.test(name))
      .map((name) => readFileSync(join(installed, "taffrail/dist", name), "utf8"));
    expect(
      texts.filter((text) =>
        /\b(?:import|export)\b[^;"'`]*\bfrom\s*"(?!node:|\.{1,2}\/)|import\("(?!node:|\.{1,2}\/)/.test(text),
      ),
    ).toEqual([]);
  });

  it("is imported by ES modules", () => {
    const program = `import { consoleSink, createLogger, TaffrailError } from "taffrail";${use}`;
    expect(messages(run(process.execPath, ["--input-type=module", "-e", program], user))).toEqual(["hello", "refused"]);
  });

  it("is required by CommonJS", () => {
    const program = `const { consoleSink, createLogger, TaffrailError } = require("taffrail");${use}`;
    expect(messages(run(process.execPath, ["--input-type=commonjs", "-e", program], user))).toEqual([
      "hello",
      "refused",
    ]);
  });

  it("has types that a strict program compiles with", () => {
    writeFileSync(
      join(user, "app.mts"),
      `import { consoleSink, createLogger, type Enricher, fileSink, httpSink, type Logger, pluginApiVersion, withContext } from "taffrail";
       interface Order { readonly id: number }
       const order: Order = { id: 1 };
       const log: Logger = createLogger({ service: "app" });
       log.info("a", { order }); log.info(order, "b"); log.error(new Error("c")); log.error("d", new Error("e"));
       log.debug(() => ({ lazy: true })); log.log("warn", "f", { order }); log.level = "off";
       try { await log.flush(); } catch (error) {
         log.error(error); log.error(error, "g"); log.error("h", error); log.info("i", error); log.fatal("j", { order }, error);
         log.log("error", "k", error); log.log("error", "k", { order }, error);
       }
       log.warn("l", order, new TypeError("m")); log.child().info("n"); log.child(undefined, { level: "warn" }).info("o");
       const hosts = () => ({
         manifest: { name: "hosts", kind: "enricher", apiVersion: pluginApiVersion }, enrich: (record) => ({ at: record.time }),
       }) satisfies Enricher;
       createLogger({ plugins: [
         hosts(),
         { manifest: { name: "inline", kind: "enricher", apiVersion: pluginApiVersion }, enrich: ({ time }) => ({ time }) },
         { manifest: { name: "kept", kind: "filter", apiVersion: pluginApiVersion }, keep: (record) => record.level !== "warn" },
       ] });
       createLogger({ service: process.env["SERVICE"], level: undefined, sinks: undefined, redact: undefined, durable: undefined });
       consoleSink({ format: undefined }); fileSink({ path: "x", gzip: undefined, keep: undefined });
       httpSink({ url: "http://x", headers: undefined, lingerMs: undefined });
       createLogger({ sinks: [{ sink: consoleSink(), level: undefined, when: undefined }] });
       // @ts-expect-error a filter has keep
       createLogger({ plugins: [{ manifest: { name: "none", kind: "filter", apiVersion: pluginApiVersion } }] });
       const answer: Promise<number> = withContext({ a: 1 }, async () => 1);
       // @ts-expect-error a number is no message
       log.info(1);
       // @ts-expect-error nothing to log
       log.info();
       // @ts-expect-error neither fields nor an error
       log.error("a %s", 1);
       // @ts-expect-error there is no such level
       log.level = "loud";
       // @ts-expect-error a third argument would be lost
       log.info("a %s", {}, "b");
       await answer; await log.close();`,
    );
    const typeRoots = join(binaries, "../@types");
    const flags = [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--lib",
      "es2022",
    ];
    expect(run(join(binaries, "tsc"), [...flags, "--typeRoots", typeRoots, "--types", "node", "app.mts"], user)).toBe(
      "",
    );
  });

  it("is put back as it was after packing", () => {
    for (const name of ["dist/index.js", "dist/index.d.ts", "dist/options/logger-options.js"]) {
      expect(readFileSync(join(copy, name), "utf8")).toBe(readFileSync(join(packageFolder, name), "utf8"));
    }
    expect(existsSync(join(copy, "dist/contracts"))).toBe(false);
  });

  it("pleases publint and attw", () => {
    expect(run(join(binaries, "publint"), ["--strict", tarball], user)).toContain("All good!");
    expect(run(join(binaries, "attw"), ["--profile", "esm-only", tarball], user)).toContain("🟢 (ESM)");
  });
});

// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { until } from "./support/machine.mjs";
import { makeProject, runApp } from "./support/packed-app.mjs";

const packages = ["esbuild@0.28.2", "webpack@5.112.2", "vite@8.3.8", "next@16.4.6", "react@19.3.1", "react-dom@19.3.1"];

/** @param {string} project @param {string} name @returns {Promise<any>} a package of the project */
async function load(project, name) {
  const resolved = createRequire(join(project, "app.js")).resolve(name);
  return import(pathToFileURL(resolved).href);
}

/** @param {string} project @param {"esm" | "cjs"} format @returns {Promise<string>} */
async function withEsbuild(project, format) {
  const { build, stop } = await load(project, "esbuild");
  const outfile = join(project, `esbuild.${format === "esm" ? "mjs" : "cjs"}`);
  await build({
    entryPoints: [join(project, "app.js")],
    bundle: true,
    minify: true,
    platform: "node",
    format,
    outfile,
    logLevel: "error",
  });
  // Its service would outlive the proof.
  await stop();
  return outfile;
}

/** @param {string} project @returns {Promise<string>} */
async function withWebpack(project) {
  const { default: webpack } = await load(project, "webpack");
  const output = { path: join(project, "webpack"), filename: "app.cjs" };
  const stats = await new Promise((resolve, reject) => {
    webpack(
      { mode: "production", target: "node20", context: project, entry: "./app.js", output },
      (/** @type {unknown} */ error, /** @type {any} */ done) => (error ? reject(error) : resolve(done)),
    );
  });
  if (stats.hasErrors() || stats.hasWarnings())
    throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
  return join(output.path, output.filename);
}

/** @param {string} project @returns {Promise<string>} */
async function withVite(project) {
  const { build } = await load(project, "vite");
  const outDir = join(project, "vite");
  await build({
    root: project,
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true },
    build: { ssr: "app.js", outDir, minify: true },
  });
  return join(outDir, "app.js");
}

/** A free port of this machine. @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  return port;
}

const nextRoute = `
import { createLogger, fileSink } from "taffrail";
const log = createLogger({ service: "next", sinks: [fileSink({ path: process.env.LOG_PATH })] });
export const dynamic = "force-dynamic";
export async function GET(request) {
  log.info("asked", { path: new URL(request.url).pathname, password: "hunter" + 2 });
  const ledger = await log.flush();
  return Response.json({ delivered: ledger.delivered });
}
`;

/** Builds and serves a Next.js application whose route logs. @param {string} project @returns {Promise<string[]>} faults */
async function withNext(project) {
  mkdirSync(join(project, "app/api/log"), { recursive: true });
  writeFileSync(join(project, "app/api/log/route.js"), nextRoute);
  writeFileSync(
    join(project, "app/layout.js"),
    "export default ({ children }) => <html><body>{children}</body></html>;\n",
  );
  writeFileSync(join(project, "app/page.js"), "export default () => <p>hello</p>;\n");
  const command = join(project, "node_modules/next/dist/bin/next");
  const env = { ...process.env, LOG_PATH: join(project, "next.log"), NEXT_TELEMETRY_DISABLED: "1" };
  const built = spawn(process.execPath, [command, "build"], { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [built.stdout, built.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const [code] = await once(built, "exit");
  if (code !== 0) return [`next build ended with ${code}: ${said.slice(-1500)}`];
  const port = await freePort();
  const served = spawn(process.execPath, [command, "start", "-p", String(port), "-H", "127.0.0.1"], {
    cwd: project,
    env,
    stdio: "ignore",
  });
  try {
    /** @type {any} */
    let answer;
    await until("next start answers", async () => {
      answer = await (await fetch(`http://127.0.0.1:${port}/api/log`)).json();
      return true;
    });
    const line = JSON.parse(readFileSync(env.LOG_PATH, "utf8").split("\n")[0] ?? "");
    const isRight =
      answer.delivered >= 1 && line.msg === "asked" && line.path === "/api/log" && line.password !== "hunter2";
    return isRight ? [] : [`next answered ${JSON.stringify(answer)} and wrote ${JSON.stringify(line)}`];
  } finally {
    served.kill("SIGTERM");
    await once(served, "exit");
  }
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "bundlers",
  title:
    "the packed library works when bundled by esbuild (ESM and CJS), webpack, Vite SSR, and in the server build of Next.js",
  needs: ["npm"],
  counts: { full: 5, share: 4 },
  async run({ count, folder, say }) {
    const project = makeProject(folder, count >= 5 ? packages : packages.slice(0, 3));
    const bundles = {
      "esbuild-esm": () => withEsbuild(project, "esm"),
      "esbuild-cjs": () => withEsbuild(project, "cjs"),
      webpack: () => withWebpack(project),
      "vite-ssr": () => withVite(project),
    };
    const faults = await runApp({ script: join(project, "app.js"), folder: project, name: "unbundled" });
    for (const [name, make] of Object.entries(bundles)) {
      const script = await make();
      faults.push(...(await runApp({ script, folder: project, name })));
      say(`${name}: ${faults.length === 0 ? "works" : "faults"}`);
    }
    if (count >= 5) faults.push(...(await withNext(project)));
    return {
      figures: {
        bundles: Object.keys(bundles).length,
        "Next.js": count >= 5 ? "built and served" : "only at full count",
      },
      faults,
    };
  },
};

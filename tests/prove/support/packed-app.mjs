// @ts-check
// A user's project with the packed library in it, and a program that uses its parts: file and HTTP sinks, context, redaction, an abrupt exit.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { packCopy } from "../../../packages/taffrail/scripts/pack-copy.mjs";

export const appLines = 1000;

/** The program: as an ES module with a static import, the way that bundlers read. */
export const appSource = `
import { createLogger, fileSink, httpSink, withContext } from "taffrail";

const [path, url] = process.argv.slice(-2);
const log = createLogger({ service: "bundled", sinks: [fileSink({ path }), httpSink({ url })] });
const orders = log.child({ module: "orders" });
for (let sequence = 0; sequence < ${appLines}; sequence++) {
  withContext({ requestId: "r-" + sequence }, () => orders.info("order placed", { sequence, password: "hunter" + 2 }));
}
process.exit(3);
`;

/**
 * Makes a project with the library and further packages installed.
 * @param {string} folder @param {readonly string[]} packages @returns {string} the project's folder
 */
export function makeProject(folder, packages) {
  mkdirSync(join(folder, "pack"), { recursive: true });
  const tarball = packCopy(join(folder, "pack"));
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "project", "private": true, "type": "module" }\n');
  writeFileSync(join(project, "app.js"), appSource);
  const flags = ["--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["install", ...flags, tarball, ...packages], { cwd: project, stdio: "pipe", timeout: 300_000 });
  return project;
}

/** A receiver of lines that remembers what arrived. @returns {Promise<{ url: string, lines: string[], close: () => void }>} */
export async function startReceiver() {
  /** @type {string[]} */
  const lines = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      const received = body.trimEnd().split("\n");
      lines.push(...received);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ accepted: received.length, rejected: 0, errors: [] }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    lines,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @param {string} where @param {readonly string[]} lines @returns {string[]} */
function faultsOf(where, lines) {
  const records = lines.map((line) => JSON.parse(line));
  const whole = new Set(
    records.filter((record) => record.requestId === `r-${record.sequence}` && record.module === "orders"),
  );
  const faults = [];
  if (whole.size !== appLines || lines.length !== appLines)
    faults.push(`${where}: ${whole.size} whole of ${lines.length} lines, not ${appLines}`);
  if (lines.some((line) => line.includes("hunter2"))) faults.push(`${where}: a password is in the output`);
  return faults;
}

/**
 * Runs the program, bundled or not, and says what is wrong with what it wrote, sent and ended with.
 * @param {{ node?: string, script: string, folder: string, name: string, args?: readonly string[] }} options @returns {Promise<string[]>}
 */
export async function runApp({ node = process.execPath, script, folder, name, args = [] }) {
  const receiver = await startReceiver();
  const path = join(folder, `${name}.log`);
  const child = spawn(node, [...args, script, path, receiver.url], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
  const [code] = await once(child, "exit");
  receiver.close();
  const faults = code === 3 ? [] : [`ended with ${code}, not 3`];
  if (said !== "") faults.push(`printed ${said.slice(0, 500)}`);
  const written = readFileSync(path, "utf8").trimEnd().split("\n");
  return [...faults, ...faultsOf("file", written), ...faultsOf("http", receiver.lines)].map(
    (fault) => `${name}: ${fault}`,
  );
}

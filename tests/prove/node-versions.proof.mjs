// @ts-check
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeProject, runApp } from "./support/packed-app.mjs";

const versions = ["20.19.0", "22.23.3", "24.21.0", "26.10.0"];

/** Fetches one version of Node.js as an npm package. @param {string} folder @param {string} version @returns {string} path of the command */
function fetchNode(folder, version) {
  const target = join(folder, `node-${version}`);
  mkdirSync(target);
  const name = `node-${process.platform}-${process.arch}@${version}`;
  const packed = execFileSync("npm", ["pack", "--loglevel=error", "--pack-destination", target, name], {
    encoding: "utf8",
  });
  execFileSync("tar", ["-xzf", join(target, packed.trim().split("\n").at(-1) ?? ""), "-C", target]);
  return join(target, "package/bin/node");
}

const required = `
const { createLogger, memorySink } = require("taffrail");
const memory = memorySink();
const log = createLogger({ sinks: [memory] });
log.info("required", { a: 1 });
log.close().then((ledger) => process.exit(ledger.delivered === 1 && memory.records()[0].msg === "required" ? 0 : 1));
`;

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "node-versions",
  title: "the packed library under Node 20, 22, 24 and 26: imported and required, file and HTTP, abrupt exit",
  needs: ["npm", "tar"],
  counts: { full: versions.length, share: 1 },
  async run({ count, folder, random, say }) {
    const project = makeProject(folder, []);
    writeFileSync(join(project, "required.cjs"), required);
    const chosen = count >= versions.length ? versions : [random.pick(versions.slice(1))];
    const faults = [];
    for (const version of chosen) {
      const node = fetchNode(folder, version);
      const found = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
      if (found !== `v${version}`) faults.push(`asked for ${version}, got ${found}`);
      faults.push(
        ...(await runApp({ node, script: join(project, "app.js"), folder: project, name: `node-${version}` })),
      );
      try {
        execFileSync(node, [join(project, "required.cjs")], { timeout: 30_000, stdio: "pipe" });
      } catch (error) {
        faults.push(`require under ${version}: ${String(error).slice(0, 500)}`);
      }
      say(`Node ${version}: ${faults.length === 0 ? "works" : "faults"}`);
    }
    return { figures: { versions: chosen.join(", ") }, faults };
  },
};

// @ts-check
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, until } from "./support/machine.mjs";

/**
 * `npm start` in a clone until /readyz and the page answer; then SIGTERM. Times in seconds.
 * @param {string} clone @param {NodeJS.ProcessEnv} env
 */
async function start(clone, env) {
  const started = performance.now();
  const child = spawn("npm", ["start", "--", "--listen", "127.0.0.1:43180"], {
    cwd: clone,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
  await until(
    `npm start is ready: ${said.slice(-500)}`,
    async () => (await fetch("http://127.0.0.1:43180/readyz")).status === 200,
    600_000,
  );
  const ready = (performance.now() - started) / 1000;
  const page = await (await fetch("http://127.0.0.1:43180/")).text();
  process.kill(-(child.pid ?? 0), "SIGTERM");
  await once(child, "exit");
  return { ready, page: /<title>.*Taffrail/.test(page), said };
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "fresh-start",
  title:
    "a fresh clone and an empty npm cache: `npm start` serves the page, and once more without installing or building",
  needs: ["git", "npm"],
  counts: { full: 1, share: 0, shareReason: "installs every package again; run it by name" },
  async run({ folder }) {
    const clone = join(folder, "clone");
    execFileSync("git", ["clone", "--quiet", root, clone]);
    mkdirSync(join(folder, "cache"));
    const env = { ...process.env, npm_config_cache: join(folder, "cache"), XDG_DATA_HOME: join(folder, "home") };
    const first = await start(clone, env);
    const second = await start(clone, env);
    const size = execFileSync("du", ["-sm", join(clone, "node_modules")], { encoding: "utf8" }).split("\t")[0];
    const faults = [];
    if (!first.page || !second.page) faults.push("the page is not served");
    if (/installing|building/.test(second.said)) faults.push("the second start installed or built something");
    return {
      figures: {
        "first npm start to ready, s": first.ready.toFixed(1),
        "second, s": second.ready.toFixed(1),
        "node_modules, MB": size ?? "",
      },
      faults,
    };
  },
};

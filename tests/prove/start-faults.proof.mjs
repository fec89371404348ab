// @ts-check
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { startServer } from "@taffrail/experiments";
import { command, drained, getJson, until } from "./support/machine.mjs";
import { send } from "./support/senders.mjs";

/** @param {string} host @param {number} port */
async function hold(host, port) {
  const server = createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, host, () => resolve(undefined)));
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, release: () => server.close() };
}

/**
 * A start that must fail: exit code 2 within the time, the code on stderr.
 * @param {string} name @param {string} code @param {import("@taffrail/experiments").ServerOptions} options @param {string[]} faults
 */
async function mustFail(name, code, options, faults) {
  const server = await startServer(options);
  if (server.url) {
    faults.push(`${name}: it started`);
    await server.stop();
    return "";
  }
  const exit = await server.exited;
  const line =
    server
      .stderr()
      .split("\n")
      .find((text) => text.includes(code)) ?? "";
  if (exit !== 2 || line === "") faults.push(`${name}: exit ${exit}, stderr ${server.stderr().slice(-400)}`);
  return line;
}

/** A full disk: answers 503, loses nothing, takes records again once there is room. @param {string} folder @param {string[]} faults */
async function fullDisk(folder, faults) {
  const mount = join(folder, "small");
  mkdirSync(mount);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=96m,mode=0700", "tmpfs", mount]);
  try {
    const server = await startServer({
      command,
      dataDir: join(mount, "data"),
      env: { TAFFRAIL_JOURNAL_BUDGET_BYTES: String(10 * 2 ** 30) },
    });
    if (!server.url) throw new Error(server.stderr().slice(-1000));
    const { url } = server;
    const acknowledged = ["before"];
    if ((await send(url, "lines", ["before"])) !== "acknowledged")
      faults.push("full disk: the first record was not taken");
    await drained(url);
    execFileSync("sh", ["-c", `head -c 200M /dev/zero > ${mount}/filler || true`], { stdio: "ignore" });
    const refused = await fetch(`${url}/api/v1/ingest/lines`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: `{"msg":"full","pad":"${"x".repeat(100_000)}"}\n`,
    });
    const answer = await refused.text();
    if (refused.status !== 503 && refused.status !== 429)
      faults.push(`full disk: ${refused.status} ${answer.slice(0, 200)}`);
    rmSync(join(mount, "filler"));
    await until(
      "records are taken again",
      async () => (await send(url, "lines", ["after"])) === "acknowledged",
      20_000,
    );
    acknowledged.push("after");
    await drained(url);
    const found = await getJson(
      `${url}/api/v1/logs/search?${new URLSearchParams({ query: "service:prove", since: "1h" })}`,
    );
    const ids = found.records.map((/** @type {any} */ record) => record.attributes.proof_id).toSorted();
    if (ids.join() !== ["after", "before"].join()) faults.push(`full disk: stored ${ids}`);
    await server.stop();
    return `${refused.status} ${/"code":"(\w+)"/.exec(answer)?.[1]}, then recovered by itself`;
  } finally {
    execFileSync("umount", ["-l", mount]);
  }
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "start-faults",
  title:
    "a port in use, ::1 held by a stranger, a second owner, a read-only directory, a full disk: a clear error, nothing lost",
  needs: ["mount"],
  counts: { full: 1, share: 1 },
  async run({ folder }) {
    /** @type {string[]} */
    const faults = [];
    const data = (/** @type {string} */ name) => join(folder, name);
    const ipv4 = await hold("127.0.0.1", 0);
    const inUse = await mustFail(
      "port in use",
      "port_in_use",
      { command, dataDir: data("a"), listen: `127.0.0.1:${ipv4.port}` },
      faults,
    );
    ipv4.release();
    const ipv6 = await hold("::1", 0);
    const stranger = await mustFail(
      "::1 held",
      "port_in_use",
      { command, dataDir: data("b"), listen: `localhost:${ipv6.port}` },
      faults,
    );
    ipv6.release();
    const owner = await startServer({ command, dataDir: data("c") });
    const second = await mustFail("second owner", "data_dir_owned", { command, dataDir: data("c") }, faults);
    if (!owner.url || !(await getJson(`${owner.url}/readyz`))) faults.push("second owner: the first one suffered");
    await owner.stop();
    mkdirSync(data("d"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", data("d")]);
    const readOnly = await mustFail(
      "read-only",
      "data_dir_unusable",
      { command, dataDir: join(data("d"), "x") },
      faults,
    );
    execFileSync("umount", [data("d")]);
    writeFileSync(data("e"), "a file");
    const notDirectory = await mustFail(
      "a file as directory",
      "data_dir_unusable",
      { command, dataDir: data("e") },
      faults,
    );
    const full = await fullDisk(folder, faults);
    return {
      figures: {
        "port in use": inUse,
        "::1 held": stranger,
        "second owner": second,
        "read-only": readOnly,
        "a file as directory": notDirectory,
        "full disk": full,
      },
      faults,
    };
  },
};

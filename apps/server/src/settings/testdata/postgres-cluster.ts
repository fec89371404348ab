import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A PostgreSQL server of this test alone. */
export interface PostgresCluster {
  readonly version: string;
  readonly url: string;
  stop(): Promise<void>;
}

function findBinaries(): string | undefined {
  const packaged = "/usr/lib/postgresql";
  const versions = existsSync(packaged) ? readdirSync(packaged).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(packaged, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** PostgreSQL refuses to run as root; then the package's own user runs it. */
function userOf(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: id("-u") || 65_534, gid: id("-g") || 65_534 };
}

/**
 * Starts a throw-away cluster in a temporary directory, or gives the reason why there is none.
 */
export async function startPostgres(): Promise<PostgresCluster | string> {
  const bin = findBinaries();
  if (bin === undefined) return "PostgreSQL is not installed (no initdb in /usr/lib/postgresql or PATH)";
  const dir = mkdtempSync(join(tmpdir(), "taffrail-pg-"));
  const user = userOf();
  if (user) chownSync(dir, user.uid, user.gid);
  const data = join(dir, "data");
  const how = { ...user, cwd: dir, env: { ...process.env, LC_ALL: "C" } };
  const made = spawnSync(join(bin, "initdb"), ["-D", data, "-U", "taffrail", "-A", "trust", "--no-sync"], { ...how, encoding: "utf8" });
  if (made.status !== 0) return `initdb failed: ${made.stderr || made.error?.message}`;
  const port = await freePort();
  const args = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${dir}`];
  const child = spawn(join(bin, "postgres"), args, { ...how, stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  await new Promise<void>((resolve, reject) => {
    child.on("exit", () => reject(new Error(`postgres ended: ${words}`)));
    child.stderr.on("data", (chunk: Buffer) => {
      words += chunk.toString();
      if (words.includes("ready to accept connections")) resolve();
    });
  });
  const version = spawnSync(join(bin, "postgres"), ["--version"], { ...how, encoding: "utf8" }).stdout.trim();
  return {
    version,
    url: `postgres://taffrail@127.0.0.1:${port}/postgres`,
    async stop() {
      child.removeAllListeners("exit");
      const gone = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGINT");
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

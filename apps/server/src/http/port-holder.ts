import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const listening = "0A";

const anyV6 = "0".repeat(32);
const loopbackV6 = "00000000000000000000000001000000";

/** How /proc/net writes the addresses whose listener would be in the way: 32-bit words in host order, upper-case hex. */
function procAddresses(host: string): readonly string[] {
  if (host.includes(":")) return [loopbackV6, anyV6];
  const own = host
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .reverse()
    .join("")
    .toUpperCase();
  return [own, "00000000", `0000000000000000FFFF0000${own}`, anyV6];
}

function inodesOf(host: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const addresses = procAddresses(host);
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = "", , state]) => {
        const [address = "", at] = local.split(":");
        return state === listening && at === wanted && addresses.includes(address);
      })
      .flatMap((fields) => fields[9] ?? []),
  );
}

function holdsSocket(pid: string, targets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return targets.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

/**
 * Names the process that listens at an address, as far as the system lets this user see it: `process 4711, node`. Only Linux tells; elsewhere,
 * and for other users' processes, undefined. The command line is left out, because it may hold secrets.
 *
 * @example holderOf("127.0.0.1", 4318) // "process 4711, node"
 */
export function holderOf(host: string, port: number): string | undefined {
  try {
    const targets = new Set(inodesOf(host, port).map((inode) => `socket:[${inode}]`));
    if (targets.size === 0) return undefined;
    const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && holdsSocket(name, targets));
    if (pid === undefined) return undefined;
    return `process ${pid}, ${readFileSync(`/proc/${pid}/comm`, "utf8").trim()}`;
  } catch {
    return undefined;
  }
}

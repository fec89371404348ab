import { isIPv4, isIPv6 } from "node:net";
import { TaffrailError } from "@taffrail/contracts";

/** Where to listen: one or both loopback addresses, one port. */
export interface ListenAddress {
  readonly hosts: readonly string[];
  /** 0 picks a free one. */
  readonly port: number;
}

const isLoopback = (host: string): boolean => host === "::1" || (isIPv4(host) && host.startsWith("127."));

function hostsOf(host: string, text: string): readonly string[] {
  if (host === "" || host === "localhost") return ["127.0.0.1", "::1"];
  if (isLoopback(host)) return [host];
  if (isIPv4(host) || isIPv6(host) || /^[\w.-]+$/.test(host)) {
    throw new TaffrailError("listen_needs_login", { address: text });
  }
  throw new TaffrailError("config_invalid", { key: "listen", reason: `${text} is not HOST:PORT` });
}

/**
 * Reads `HOST:PORT`, `[::1]:PORT`, `:PORT` or `PORT`. `localhost` means both loopback addresses. Throws `listen_needs_login` for anything that
 * other machines can reach, because there is no login to protect it.
 *
 * @example parseListen("localhost:4318") // { hosts: ["127.0.0.1", "::1"], port: 4318 }
 */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([^\]]*)\]:|([^:]*):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new TaffrailError("config_invalid", { key: "listen", reason: `${text} is not HOST:PORT` });
  }
  return { hosts: hostsOf(match[1] ?? match[2] ?? "", text), port };
}

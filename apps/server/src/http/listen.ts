import { createServer, type RequestListener, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type ErrorCode, limits, TaffrailError } from "@taffrail/contracts";
import { holderOf } from "./port-holder.ts";

/** Open listeners of one port. */
export interface Listeners {
  readonly port: number;
  /** Like `127.0.0.1:4318` and `[::1]:4318`. */
  readonly addresses: readonly string[];
  /** What is worth telling at start, like a missing IPv6 loopback. */
  readonly notes: readonly string[];
  /** Takes no new connections, waits for requests in flight up to the deadline, then cuts them. Milliseconds. Idempotent. */
  close(deadlineMs: number): Promise<void>;
}

/** A search query of 8,192 characters may take nine bytes a character in a URL. */
export const headerBytesMax = 96 * 1024;
const requestTimeoutMs = 120_000;
const idleCheckMs = 20;
const portTries = 20;

const faults: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
};

/** Requests that are not HTTP never reach the application; they are answered here in the same form. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = faults[error.code ?? ""] ?? "request_malformed";
  const fault = new TaffrailError(code, { reason: error.message, limit: headerBytesMax });
  const body = JSON.stringify({ error: fault });
  const head = [
    `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status] ?? ""}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "x-content-type-options: nosniff",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function makeServer(listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: headerBytesMax,
      requestTimeout: requestTimeoutMs,
      headersTimeout: 20_000,
      keepAliveTimeout: 30_000,
    },
    listener,
  );
  server.maxHeadersCount = 100;
  // Beyond it new connections are closed at once, so that descriptors are left for the journal.
  server.maxConnections = limits.connections.value;
  server.on("clientError", answerMalformed);
  return server;
}

function open(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, ipv6Only: true }, () => {
      server.off("error", reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

const shown = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

/** Codes that mean that the machine has no such address, not that someone holds it. */
const absent = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

function listenFault(host: string, port: number, error: NodeJS.ErrnoException): TaffrailError {
  const address = shown(host, port);
  if (error.code === "EADDRINUSE") {
    const holder = holderOf(host, port);
    return new TaffrailError("port_in_use", { address, holder: holder ? ` (${holder})` : "" }, error);
  }
  return new TaffrailError("listen_failed", { address, reason: error.message }, error);
}

function closeServer(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    // A connection that answered its last request stays open for another one; it is closed as soon as it idles.
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
    server.close(() => {
      clearTimeout(deadline);
      clearInterval(idle);
      resolve();
    });
  });
}

interface Opened {
  readonly servers: readonly Server[];
  readonly port: number;
  readonly addresses: readonly string[];
  readonly notes: readonly string[];
}

async function openAll(listener: RequestListener, hosts: readonly string[], wanted: number): Promise<Opened> {
  const servers: Server[] = [];
  const addresses: string[] = [];
  const notes: string[] = [];
  let port = wanted;
  for (const [index, host] of hosts.entries()) {
    const server = makeServer(listener);
    try {
      port = (await open(server, host, port)).port;
      servers.push(server);
      addresses.push(shown(host, port));
    } catch (error) {
      const fault = error as NodeJS.ErrnoException;
      if (hosts.length > 1 && index > 0 && absent.has(fault.code ?? "")) {
        notes.push(`${host} does not exist on this machine; listening on ${addresses.join(", ")} only`);
        continue;
      }
      await Promise.all(servers.map((opened) => closeServer(opened, 0)));
      throw listenFault(host, port, fault);
    }
  }
  return { servers, port, addresses, notes };
}

/** With port 0 the first address picks; when another address has that port taken, the pick is made again. */
async function openFreePort(listener: RequestListener, hosts: readonly string[]): Promise<Opened> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openAll(listener, hosts, 0);
    } catch (error) {
      const taken = error instanceof TaffrailError && error.code === "port_in_use";
      if (!taken || attempt === portTries) throw error;
    }
  }
}

/**
 * Listens on every host with one port and one request listener. Throws `port_in_use`, naming the holder where the system tells, or
 * `listen_failed`; then nothing stays open.
 *
 * @example const listeners = await listen({ listener: front.listener, hosts: ["127.0.0.1", "::1"], port: 4318 });
 */
export async function listen(options: {
  readonly listener: RequestListener;
  readonly hosts: readonly string[];
  readonly port: number;
}): Promise<Listeners> {
  const { listener, hosts, port } = options;
  const opened = port === 0 ? await openFreePort(listener, hosts) : await openAll(listener, hosts, port);
  let closing: Promise<unknown> | undefined;
  return {
    port: opened.port,
    addresses: opened.addresses,
    notes: opened.notes,
    async close(deadlineMs) {
      closing ??= Promise.all(opened.servers.map((server) => closeServer(server, deadlineMs)));
      await closing;
    },
  };
}

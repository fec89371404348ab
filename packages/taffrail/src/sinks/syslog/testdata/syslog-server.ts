import { createSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A receiver of syslog messages on this machine. */
export interface SyslogServer {
  readonly port: number;
  /** Messages in the order of their arrival, without framing. */
  readonly messages: string[];
  /** Connections so far. */
  readonly connections: () => number;
  /** Resolves when no connection is open, so that all has arrived. */
  quiet(): Promise<void>;
  /** Ends open connections; new ones are taken. */
  hangUp(): void;
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly framing?: "octet-counting" | "newline";
  readonly port?: number;
  readonly path?: string;
  readonly tls?: TlsOptions;
}

/** Takes whole messages from the front of the bytes; gives what is left. */
function takeMessages(bytes: Buffer, framing: string, messages: string[]): Buffer {
  let rest = bytes;
  for (;;) {
    if (framing === "newline") {
      const end = rest.indexOf(10);
      if (end < 0) return rest;
      messages.push(rest.toString("utf8", 0, end));
      rest = rest.subarray(end + 1);
      continue;
    }
    const space = rest.indexOf(32);
    const length = Number(rest.toString("latin1", 0, space));
    if (space < 0 || rest.length < space + 1 + length) return rest;
    if (!Number.isInteger(length) || length === 0) throw new Error(`no octet count: ${rest.toString("utf8", 0, 40)}`);
    messages.push(rest.toString("utf8", space + 1, space + 1 + length));
    rest = rest.subarray(space + 1 + length);
  }
}

/** Starts a receiver on a stream: TCP, TLS or a socket of the file system. */
export async function listenStream(options: ListenOptions = {}): Promise<SyslogServer> {
  const { framing = "octet-counting", port = 0, path, tls } = options;
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const onConnection = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      rest = takeMessages(Buffer.concat([rest, chunk]), framing, messages);
    });
  };
  const server: Server = tls === undefined ? createServer(onConnection) : createTlsServer(tls, onConnection);
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(port, "127.0.0.1", resolve);
    else server.listen(path, resolve);
  });
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: path === undefined ? (server.address() as AddressInfo).port : 0,
    messages,
    connections: () => connections,
    async quiet() {
      // A connection may still wait to be accepted.
      do await new Promise((resolve) => setTimeout(resolve, 20));
      while (sockets.size > 0);
    },
    hangUp,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        hangUp();
      }),
  };
}

/** Starts a receiver of datagrams. */
export async function listenDatagrams(): Promise<SyslogServer> {
  const messages: string[] = [];
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  socket.on("message", (message) => messages.push(message.toString()));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  let stopped = false;
  return {
    port: socket.address().port,
    messages,
    connections: () => 0,
    quiet: async () => {},
    hangUp: () => {},
    stop: () =>
      new Promise((resolve) => {
        if (stopped) return resolve();
        stopped = true;
        socket.close(() => resolve());
      }),
  };
}

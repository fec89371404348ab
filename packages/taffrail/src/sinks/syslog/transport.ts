import type { Socket as DatagramSocket } from "node:dgram";
import type { Socket } from "node:net";
import type { SyslogTlsOptions } from "./syslog-options.ts";

/** Where messages go; plain data, so that a thread can be told. */
export interface Destination {
  readonly transport: "udp" | "tcp" | "tls" | "unix";
  readonly host: string;
  readonly port: number;
  readonly path: string | undefined;
  readonly tls: SyslogTlsOptions;
}

/** An open way to a receiver. Messages leave in the order in which they are given. */
export interface Transport {
  /** Sends messages: one packet each, or one after the other on a stream. Resolves when the operating system has them; rejects when it will not. */
  send(messages: readonly Uint8Array[], signal: AbortSignal): Promise<void>;
  /** True when all that was given to `send` is with the operating system. */
  sent(): boolean;
  close(): void;
}

/** Rejects with the abort's reason when the signal comes first. */
function orAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

function connectStream({ transport, host, port, path, tls }: Destination): Socket {
  if (transport === "tls") return process.getBuiltinModule("node:tls").connect({ host, port, ...tls });
  const { connect } = process.getBuiltinModule("node:net");
  return path === undefined ? connect({ host, port }) : connect({ path });
}

/**
 * With TLS 1.3 a receiver that does not take our certificate (or that we have none) says so when our side of the handshake is over already; what was
 * written by then would count as delivered. It gets as long as the handshake took to say so, and at least this long, in ms.
 */
export const refusalMs = 50;

function openStream(destination: Destination): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const socket = connectStream(destination);
    socket.unref();
    socket.on("error", reject);
    // A receiver says nothing; reading shows when it hangs up.
    socket.resume();
    socket.on("end", () => socket.destroy());
    socket.once("close", () => reject(new Error("the receiver closed the connection; does it want a certificate?")));
    if (destination.transport !== "tls") socket.once("connect", () => resolve(socket));
    socket.once("secureConnect", () => {
      setTimeout(resolve, Math.max(refusalMs, performance.now() - startedAt), socket).unref();
    });
  });
}

function writeAll(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error("the connection was closed"));
    socket.once("close", lost);
    socket.write(bytes, (error) => {
      socket.removeListener("close", lost);
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

/** Messages on a connection that is made again when it has broken. */
function streamTransport(destination: Destination): Transport {
  let opening: Promise<Socket> | undefined;
  let socket: Socket | undefined;
  const drop = (): void => {
    socket?.destroy();
    socket = undefined;
    opening = undefined;
  };
  const open = async (): Promise<Socket> => {
    if (socket?.destroyed === true || socket?.writable === false) drop();
    opening ??= openStream(destination);
    const mine = opening;
    const made = await mine;
    // Otherwise it was given up while it was being made.
    if (opening === mine) socket = made;
    return made;
  };
  return {
    async send(messages, signal) {
      try {
        const target = await orAbort(open(), signal);
        signal.throwIfAborted();
        await orAbort(writeAll(target, Buffer.concat(messages)), signal);
      } catch (error) {
        // What is half out must not be followed by anything.
        opening?.then((late) => late.destroy()).catch(() => {});
        drop();
        throw error;
      }
    },
    sent: () => socket !== undefined && !socket.connecting && socket.writableLength === 0,
    close() {
      opening?.then((late) => late.destroy()).catch(() => {});
      drop();
    },
  };
}

interface Datagrams {
  readonly socket: DatagramSocket;
  /** What the system told of an earlier datagram, some time after it was sent. */
  fault(): Error | undefined;
}

function openDatagrams({ host, port }: Destination): Promise<Datagrams> {
  const { createSocket } = process.getBuiltinModule("node:dgram");
  const { isIPv6 } = process.getBuiltinModule("node:net");
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    let fault: Error | undefined;
    socket.unref();
    socket.on("error", (error) => {
      fault = error;
      reject(error);
    });
    // Connected, so that the system tells when nobody listens.
    socket.connect(port, host, () => resolve({ socket, fault: () => fault }));
  });
}

function sendOne(socket: DatagramSocket, message: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (error) => (error === null ? resolve() : reject(error)));
  });
}

function datagramTransport(destination: Destination): Transport {
  let opening: Promise<Datagrams> | undefined;
  let underWay = 0;
  const drop = (): void => {
    opening?.then(({ socket }) => socket.close()).catch(() => {});
    opening = undefined;
  };
  return {
    async send(messages, signal) {
      underWay += 1;
      try {
        opening ??= openDatagrams(destination);
        const { socket, fault } = await orAbort(opening, signal);
        for (const message of messages) {
          signal.throwIfAborted();
          const earlier = fault();
          if (earlier !== undefined) throw earlier;
          await sendOne(socket, message);
        }
      } catch (error) {
        drop();
        throw error;
      } finally {
        underWay -= 1;
      }
    },
    sent: () => underWay === 0,
    close: drop,
  };
}

/**
 * Makes the way to a receiver. It is opened with the first message, and again after an error; modules are loaded then. It does not keep the process
 * alive.
 *
 * @example await createTransport({ transport: "tcp", host: "127.0.0.1", port: 514, path: undefined, tls: {} }).send([bytes], signal)
 */
export function createTransport(destination: Destination): Transport {
  return destination.transport === "udp" ? datagramTransport(destination) : streamTransport(destination);
}

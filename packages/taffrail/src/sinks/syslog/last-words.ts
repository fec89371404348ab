import { createBlockingThread } from "../blocking-thread.ts";
import { type Destination, refusalMs } from "./transport.ts";

const program = `
let open;
let fail = () => {};
const stream = ({ transport, host, port, path, tls }) => {
  const startedAt = performance.now();
  const isTls = transport === "tls";
  const { connect } = require(isTls ? "node:tls" : "node:net");
  const socket = connect(path === undefined ? { host, port, ...(isTls ? tls : {}) } : { path });
  socket.on("error", () => fail());
  socket.on("close", () => fail());
  socket.resume();
  const write = (messages, done) => socket.write(Buffer.concat(messages), done);
  if (!isTls) return write;
  const ready = new Promise((resolve) => {
    socket.once("secureConnect", () => setTimeout(resolve, Math.max(${refusalMs}, performance.now() - startedAt)));
  });
  return (messages, done) => ready.then(() => write(messages, done));
};
const datagrams = ({ host, port }) => {
  const socket = require("node:dgram").createSocket(require("node:net").isIPv6(host) ? "udp6" : "udp4");
  const send = ([message, ...rest], done) => {
    if (message === undefined) done();
    else socket.send(message, port, host, (error) => (error ? done(error) : send(rest, done)));
  };
  socket.on("error", () => fail());
  return send;
};
onMessage(({ destination, messages }, finish) => {
  open ??= destination.transport === "udp" ? datagrams(destination) : stream(destination);
  fail = () => finish(0);
  open(messages, (error) => finish(error ? 0 : 1));
});
`;

export interface LastWords {
  /** Sends messages and blocks until the operating system has them; false when it will not, or when the time of the whole effort is over. */
  say(messages: readonly Uint8Array[]): boolean;
  close(): void;
}

/**
 * Makes the way to send syslog messages while the event loop no longer runs, at most for `timeoutMs` altogether.
 *
 * @example createLastWords(destination, 2000).say([Buffer.from("<14>1 - - - - - - bye")])
 */
export function createLastWords(destination: Destination, timeoutMs: number): LastWords {
  const thread = createBlockingThread(program, timeoutMs);
  return {
    say(messages) {
      const copies = messages.map((message) => Uint8Array.prototype.slice.call(message));
      return thread.ask({ destination, messages: copies }) !== undefined;
    },
    close: thread.close,
  };
}

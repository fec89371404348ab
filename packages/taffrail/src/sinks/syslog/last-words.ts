import { createBlockingThread } from "../blocking-thread.ts";
import type { Destination } from "./transport.ts";

const program = `
let open;
const stream = ({ transport, host, port, path, tls }) => {
  const socket =
    transport === "tls"
      ? require("node:tls").connect({ host, port, ...tls })
      : require("node:net").connect(path === undefined ? { host, port } : { path });
  return { fail: (done) => socket.on("error", done), send: (messages, done) => socket.write(Buffer.concat(messages), done) };
};
const datagrams = ({ host, port }) => {
  const socket = require("node:dgram").createSocket(require("node:net").isIPv6(host) ? "udp6" : "udp4");
  const send = ([message, ...rest], done) => {
    if (message === undefined) done();
    else socket.send(message, port, host, (error) => (error ? done(error) : send(rest, done)));
  };
  return { fail: (done) => socket.on("error", done), send };
};
onMessage(({ destination, messages }, finish) => {
  open ??= destination.transport === "udp" ? datagrams(destination) : stream(destination);
  open.fail(() => finish(0));
  open.send(messages, (error) => finish(error ? 0 : 1));
});
`;

/** Sends messages and blocks until the operating system has them; false when it will not, or when the time of the whole effort is over. */
export type LastWords = (messages: readonly Uint8Array[]) => boolean;

/**
 * Makes the way to send syslog messages while the event loop no longer runs, at most for `timeoutMs` altogether.
 *
 * @example createLastWords(destination, 2000)([Buffer.from("<14>1 - - - - - - bye")])
 */
export function createLastWords(destination: Destination, timeoutMs: number): LastWords {
  const ask = createBlockingThread(program, timeoutMs);
  return (messages) =>
    ask({ destination, messages: messages.map((message) => Uint8Array.prototype.slice.call(message)) }) !== undefined;
}

import { hostname } from "node:os";
import type { Batch, EncodedRecord, Sink, WriteResult } from "@taffrail/contracts";
import { sinkManifest } from "./manifest.ts";
import { createLastWords, type LastWords } from "./syslog/last-words.ts";
import { cutMessage, syslogMessage } from "./syslog/message.ts";
import { checkSyslogOptions, facilityNumber, type SyslogSinkOptions } from "./syslog/syslog-options.ts";
import { createTransport, type Destination, type Transport } from "./syslog/transport.ts";

/** Records that are made into messages and sent together: about a millisecond's work. */
const stride = 50;

/** How far a batch has come. The batch is only compared, never read after its write. */
interface Progress {
  readonly batch: WeakRef<Batch>;
  /** Records that are with the operating system, from the first on. */
  done: number;
  /** Records that are being given to it. */
  giving: number;
}

/** The bytes of one record on the wire. */
type Frame = (record: EncodedRecord) => Uint8Array;

function frameOf(options: SyslogSinkOptions): Frame {
  const { transport = "udp", maxBytes = 2048 } = options;
  const message = syslogMessage({
    format: options.format ?? "rfc5424",
    content: options.content ?? "json",
    facility: facilityNumber(options.facility ?? "user"),
    appName: options.appName,
    hostname: options.hostname ?? hostname(),
    processId: process.pid,
  });
  if (transport === "udp") return (record) => cutMessage(Buffer.from(message(record)), maxBytes);
  const framing = options.framing ?? (transport === "unix" ? "newline" : "octet-counting");
  if (framing === "newline") return (record) => Buffer.from(`${message(record)}\n`);
  return (record) => {
    const text = message(record);
    return Buffer.from(`${Buffer.byteLength(text)} ${text}`);
  };
}

/** Sends batches in their order; one that comes again after a failure goes on where it stopped. */
class SyslogSender {
  readonly #frame: Frame;
  readonly #transport: Transport;
  readonly #lastWords: LastWords;
  /** A datagram that was lost is only told with a later one: then none of the batch counts as out. */
  readonly #inStream: boolean;
  #progress: Progress | undefined;

  constructor(frame: Frame, destination: Destination, lastEffortMs: number) {
    this.#frame = frame;
    this.#transport = createTransport(destination);
    this.#lastWords = createLastWords(destination, lastEffortMs);
    this.#inStream = destination.transport !== "udp";
  }

  async send(batch: Batch, signal: AbortSignal): Promise<void> {
    const progress = this.#begin(batch);
    try {
      while (progress.done < batch.size) {
        const messages = this.#take(batch, progress.done);
        progress.giving = messages.length;
        await this.#transport.send(messages, signal);
        progress.done += progress.giving;
        progress.giving = 0;
      }
    } catch (error) {
      progress.giving = 0;
      // Last words have been said for it.
      if (progress.done >= batch.size) return;
      if (!this.#inStream) progress.done = 0;
      throw error;
    }
  }

  sendSync(batch: Batch): number {
    const progress = this.#begin(batch);
    if (progress.giving > 0) {
      if (this.#transport.sent()) progress.done += progress.giving;
      progress.giving = 0;
      this.#transport.close();
    }
    while (progress.done < batch.size) {
      const messages = this.#take(batch, progress.done);
      if (!this.#lastWords.say(messages)) break;
      progress.done += messages.length;
    }
    return progress.done;
  }

  close(): void {
    this.#transport.close();
    this.#lastWords.close();
  }

  #begin(batch: Batch): Progress {
    if (this.#progress?.batch.deref() !== batch) this.#progress = { batch: new WeakRef(batch), done: 0, giving: 0 };
    return this.#progress as Progress;
  }

  #take(batch: Batch, from: number): Uint8Array[] {
    return batch
      .records()
      .slice(from, from + stride)
      .map(this.#frame);
  }
}

/**
 * Makes a sink that sends records to a syslog receiver (RFC 5424 or RFC 3164) over UDP, TCP, TLS or a stream socket of the machine. Connections are
 * made again by themselves, and messages keep their order. Syslog has no answers: what the operating system has taken counts as delivered, so a
 * receiver that goes down may lose the messages of that moment, and UDP may lose any. Throws `option_unknown` and `option_invalid`.
 *
 * @example createLogger({ sinks: [syslogSink({ transport: "tcp", host: "logs.internal", port: 601, facility: "local0" })] });
 */
export function syslogSink(options: SyslogSinkOptions = {}): Sink {
  checkSyslogOptions(options);
  const { transport = "udp", host = "127.0.0.1", tls = {}, timeoutMs = 10_000 } = options;
  const destination: Destination = {
    transport,
    host,
    port: options.port ?? (transport === "tls" ? 6514 : 514),
    path: transport === "unix" ? options.path : undefined,
    tls,
  };
  const where = `syslog ${transport} ${destination.path ?? `${host}:${destination.port}`}`;
  const sender = new SyslogSender(frameOf(options), destination, options.lastEffortMs ?? 2000);
  let problem: string | undefined;
  let closed = false;

  return {
    manifest: sinkManifest("syslog", ["network", "threads", "sync-drain"]),
    async write(batch, signal): Promise<WriteResult> {
      if (closed) return { outcome: "drop", reason: "the sink is closed" };
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        await sender.send(batch, AbortSignal.any([signal, timeout]));
        problem = undefined;
        return { outcome: "ok" };
      } catch (error) {
        problem = `${where}: ${timeout.aborted ? `not taken in ${timeoutMs} ms` : String(error)}`;
        return { outcome: "retry", reason: problem };
      }
    },
    writeSync(batch, unfinished) {
      const out = unfinished === undefined ? 0 : sender.sendSync(unfinished);
      return unfinished === undefined || out === unfinished.size ? out + sender.sendSync(batch) : out;
    },
    health: () => (problem === undefined ? { status: "healthy" } : { status: "degraded", detail: problem }),
    async close() {
      closed = true;
      sender.close();
    },
  };
}

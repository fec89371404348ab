import { Writable } from "node:stream";
import { type Clock, systemClock } from "@taffrail/contracts";
import type { Logger } from "../logger.ts";
import { originalTime } from "./foreign-time.ts";
import { logWinston } from "./winston.ts";

export interface WinstonTransportOptions {
  /** Least level of winston that is taken. Default: the winston logger's. */
  readonly level?: string;
  readonly handleExceptions?: boolean;
  readonly handleRejections?: boolean;
  /** Where the present time comes from. Default: the machine. */
  readonly clock?: Pick<Clock, "now">;
}

/** A record on its way through winston. */
interface Info {
  readonly [key: string]: unknown;
  readonly [key: symbol]: unknown;
}

/** What a transport learns from the winston logger that it is added to. */
interface Parent {
  readonly level?: string;
  readonly levels?: Readonly<Record<string, number>>;
}

const levelSymbol = Symbol.for("level");

/** True when the transport is to take a record of this level; winston counts downwards: 0 is the gravest. */
function isWanted(name: string, level: string | undefined, { levels = {} }: Parent): boolean {
  const [wanted, found] = [levels[level ?? ""], levels[name]];
  return wanted === undefined || found === undefined || found <= wanted;
}

/**
 * A transport for winston: what goes through it becomes a record. Formats that only change texts for people (colours, printf) are not needed here:
 * fields are kept as fields. A `timestamp` that is a second or more from now is kept as `original_time`.
 *
 * @example const logger = winston.createLogger({ transports: [winstonTransport(log)] });
 */
export function winstonTransport(log: Logger, options: WinstonTransportOptions = {}): Writable {
  const { clock = systemClock, level, handleExceptions = false, handleRejections = false } = options;
  let parent: Parent = {};
  const take = (info: Info): void => {
    const { level: shown, message, timestamp, ...fields } = info;
    // The symbol holds the plain name; `level` may be coloured.
    const name = String(info[levelSymbol] ?? shown);
    if (!isWanted(name, level ?? parent.level, parent)) return;
    const own = Object.fromEntries(Object.entries(fields));
    logWinston(log, name, message, [{ ...own, ...originalTime(timestamp, clock.now()) }]);
  };
  const stream = new Writable({
    objectMode: true,
    write(info: Info, _encoding, done) {
      take(info);
      done();
    },
    final(done) {
      void log.flush().then(() => done());
    },
  });
  stream.on("pipe", (source: Parent) => {
    parent = source;
  });
  // winston tells a stream from an old transport by the parameters of `log`.
  const takeOldStyle = (info: Info, done: () => void): void => {
    take(info);
    done();
  };
  return Object.assign(stream, { log: takeOldStyle, level, handleExceptions, handleRejections });
}

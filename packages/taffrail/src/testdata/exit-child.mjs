// @ts-check
/**
 * A program that logs and then ends in the way it is told to: node exit-child.mjs SINK ENDING PACE COUNT TARGET [SPOOL]
 * SINK: file | console | http, ENDING: natural | exit | throw | reject | SIGTERM | SIGINT | none (it goes on until it is killed), PACE: burst (all in
 * the last tick) | paced (10 a ms) | busy (500 in each turn, so that a write is always under way) | first (no tick has run). With a spool its
 * records wait on disk. With ending `none` it notes in TARGET.progress, as two numbers, how many log calls have returned and how many records are
 * out.
 */
import { openSync, writeSync } from "node:fs";
import { consoleSink, createLogger, fileSink, httpSink } from "taffrail";

const [sinkName, ending, pace, countText, target = "", spool] = process.argv.slice(2);
const sinks = {
  file: () => fileSink({ path: target }),
  console: () => consoleSink({ format: "json" }),
  http: () => httpSink({ url: target, lastEffortMs: 20_000 }),
};

const progress = new Float64Array(2);
const progressFile = ending === "none" ? openSync(`${target}.progress`, "w") : undefined;
const note = () => {
  if (progressFile !== undefined) writeSync(progressFile, progress, 0, progress.byteLength, 0);
};

/** Notes what is out. @param {import("taffrail").Sink} sink @returns {import("taffrail").Sink} */
const watched = (sink) => ({
  ...sink,
  async write(batch, signal) {
    const { size } = batch;
    const result = await sink.write(batch, signal);
    progress[1] = Number(progress[1]) + size;
    note();
    return result;
  },
});

const plain = sinks[/** @type {keyof typeof sinks} */ (sinkName)]();
const sink = ending === "none" ? watched(plain) : plain;
const log = createLogger({
  service: "exit-child",
  sinks: [spool === undefined ? sink : { sink, durable: true }],
  ...(spool === undefined ? {} : { durable: { dir: spool, fsync: "never" } }),
  exitTimeoutMs: 20_000,
});
const count = Number(countText);

/** @type {Record<string, () => void>} */
const endings = {
  natural: () => {},
  none: () => {},
  exit: () => process.exit(7),
  throw: () => {
    throw new Error("thrown on purpose");
  },
  reject: () => {
    void Promise.reject(new Error("rejected on purpose"));
  },
  SIGTERM: () => process.kill(process.pid, "SIGTERM"),
  SIGINT: () => process.kill(process.pid, "SIGINT"),
};

/** @param {number} from @param {number} to */
function write(from, to) {
  for (let sequence = from; sequence < to; sequence++) {
    log.info("order placed", { sequence, total: 12.5, currency: "EUR" });
    if (progressFile === undefined) continue;
    progress[0] = sequence + 1;
    note();
  }
}

function end() {
  endings[String(ending)]?.();
}

if (pace === "first") {
  write(0, count);
  end();
} else if (pace === "burst") {
  setTimeout(() => {
    write(0, count);
    end();
  }, 20);
} else if (pace === "busy") {
  let next = 0;
  const turn = () => {
    write(next, Math.min(next + 500, count));
    next += 500;
    if (next < count) setImmediate(turn);
    else end();
  };
  setImmediate(turn);
} else {
  let next = 0;
  const timer = setInterval(() => {
    write(next, Math.min(next + 10, count));
    next += 10;
    if (next < count) return;
    clearInterval(timer);
    end();
  }, 1);
}

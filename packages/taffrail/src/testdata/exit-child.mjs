// @ts-check
/**
 * A program that logs and then ends in the way it is told to: node exit-child.mjs SINK ENDING PACE COUNT TARGET
 * SINK: file | console | http, ENDING: natural | exit | throw | reject | SIGTERM | SIGINT, PACE: burst (all in the last tick) | paced (10 a ms) |
 * busy (500 in each turn, so that a write is always under way) | first (no tick has run).
 */
import { consoleSink, createLogger, fileSink, httpSink } from "taffrail";

const [sinkName, ending, pace, countText, target = ""] = process.argv.slice(2);
const sinks = {
  file: () => fileSink({ path: target }),
  console: () => consoleSink({ format: "json" }),
  http: () => httpSink({ url: target, lastEffortMs: 20_000 }),
};
const makeSink = sinks[/** @type {keyof typeof sinks} */ (sinkName)];
const log = createLogger({ service: "exit-child", sinks: [makeSink()], exitTimeoutMs: 20_000 });
const count = Number(countText);

/** @type {Record<string, () => void>} */
const endings = {
  natural: () => {},
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
  for (let sequence = from; sequence < to; sequence++) log.info("order placed", { sequence, total: 12.5, currency: "EUR" });
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

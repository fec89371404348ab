import type { Worker } from "node:worker_threads";

/** What a thread says about a message. */
export interface ThreadAnswer {
  /** Never 0. */
  readonly status: number;
  /** A short text. */
  readonly note: string;
  readonly body: Uint8Array;
}

export interface BlockingThread {
  /** Hands a message to the thread and blocks until it answers; undefined when it does not, or when the time of all messages is over. */
  ask(message: object): ThreadAnswer | undefined;
  /** Ends the thread. */
  close(): void;
}

const noteBytes = 256;
const bodyBytes = 64 * 1024;

/** What programs find defined: `onMessage(handler)`, whose handler gets a message and `finish(status, note, body)`. */
const prelude = `
const { parentPort, workerData } = require("node:worker_threads");
const state = new Int32Array(workerData.shared);
const encoder = new TextEncoder();
function onMessage(handle) {
  parentPort.on("message", ({ message, attempt }) => {
    let finished = false;
    const finish = (status, note = "", body = Buffer.alloc(0)) => {
      if (finished || Atomics.load(state, 0) !== -attempt) return;
      finished = true;
      const length = Math.min(body.length, ${bodyBytes});
      new Uint8Array(workerData.text, ${noteBytes}, length).set(body.subarray(0, length));
      Atomics.store(state, 1, status);
      Atomics.store(state, 2, encoder.encodeInto(note, new Uint8Array(workerData.text, 0, ${noteBytes})).written);
      Atomics.store(state, 3, length);
      Atomics.store(state, 0, attempt);
      Atomics.notify(state, 0);
    };
    try {
      handle(message, finish);
    } catch {
      finish(0);
    }
  });
}
`;

/** What a thread may need of the environment: whether certificates are checked. */
function threadEnvironment(): Record<string, string> {
  const checked = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  return checked === undefined ? {} : { NODE_TLS_REJECT_UNAUTHORIZED: checked };
}

/**
 * Makes the way to do network work while the event loop no longer runs: a thread does it, this one waits for each answer, at most for `timeoutMs`
 * altogether. After the first message without an answer it gives up. The program is text, so that it needs no file of its own and survives
 * bundlers. Only for the end of a process; the thread is started with the first message, in about 50 ms.
 *
 * @example createBlockingThread("onMessage((text, finish) => finish(1, text.toUpperCase()))", 2000).ask("hi")?.note // "HI"
 */
export function createBlockingThread(program: string, timeoutMs: number): BlockingThread {
  const shared = new SharedArrayBuffer(16);
  const text = new SharedArrayBuffer(noteBytes + bodyBytes);
  const state = new Int32Array(shared);
  let worker: Worker | undefined;
  let deadline: number | undefined;
  let attempt = 0;

  const open = (): Worker => {
    const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");
    const options = { eval: true, workerData: { shared, text }, execArgv: [], env: threadEnvironment() };
    return new Thread(prelude + program, options);
  };
  const askFor = (message: object, waitMs: number): ThreadAnswer | undefined => {
    worker ??= open();
    worker.unref();
    attempt += 1;
    Atomics.store(state, 0, -attempt);
    worker.postMessage({ message, attempt });
    Atomics.wait(state, 0, -attempt, waitMs);
    const [done = 0, status = 0, note = 0, body = 0] = state;
    if (done !== attempt || status === 0) return undefined;
    return {
      status,
      note: new TextDecoder().decode(new Uint8Array(text, 0, note).slice()),
      body: new Uint8Array(text, noteBytes, body).slice(),
    };
  };

  return {
    ask(message) {
      deadline ??= performance.now() + timeoutMs;
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      try {
        const answer = askFor(message, left);
        if (answer !== undefined) return answer;
      } catch {
        // No threads here (permissions, memory): nothing more can be done at this point.
      }
      deadline = 0;
      return undefined;
    },
    close() {
      void worker?.terminate();
      worker = undefined;
    },
  };
}

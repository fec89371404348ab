/** What happens when a failpoint is reached. */
type Effect = { readonly kind: "kill" } | { readonly kind: "throw" } | { readonly kind: "delay"; readonly ms: number };

interface Armed {
  readonly effect: Effect;
  /** The hit at which it fires, counted from 1; 0 = at every hit. */
  readonly hit: number;
}

function parseEffect(text: string): Effect {
  if (text === "kill" || text === "throw") return { kind: text };
  const delay = /^delay=(\d+)$/.exec(text);
  if (delay) return { kind: "delay", ms: Number(delay[1]) };
  throw new Error(`failpoint effect ${text}: use kill, throw or delay=MS`);
}

/**
 * Reads an arming text: `name:effect@hit`, several parted by commas. The hit is counted from 1; without it every hit fires.
 *
 * @example parseFailpoints("journal.fsync.before:kill@3,store.insert.after:throw")
 */
export function parseFailpoints(text: string): ReadonlyMap<string, Armed> {
  const armed = new Map<string, Armed>();
  for (const entry of text.split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const match = /^([\w.-]+):([\w=]+)(?:@(\d+))?$/.exec(entry);
    if (!match?.[1] || !match[2]) throw new Error(`failpoint ${entry}: use name:effect@hit`);
    armed.set(match[1], { effect: parseEffect(match[2]), hit: Number(match[3] ?? 0) });
  }
  return armed;
}

function fire(name: string, effect: Effect): void {
  if (effect.kind === "kill") process.kill(process.pid, "SIGKILL");
  else if (effect.kind === "throw") throw new Error(`failpoint ${name}`);
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, effect.ms);
}

/** A marked place in the code. Free when nothing is armed. */
export type Failpoint = (name: string) => void;

/**
 * Makes the failpoint function of a process from its arming text (empty: nothing ever fires). `kill` ends the process with SIGKILL on the spot,
 * `throw` throws, `delay` blocks the thread.
 *
 * @example const failpoint = createFailpoint(process.env.TAFFRAIL_FAILPOINTS ?? "");
 */
export function createFailpoint(text: string): Failpoint {
  const armed = parseFailpoints(text);
  if (armed.size === 0) return () => {};
  const hits = new Map<string, number>();
  return (name) => {
    const point = armed.get(name);
    if (!point) return;
    const count = (hits.get(name) ?? 0) + 1;
    hits.set(name, count);
    if (point.hit === 0 || point.hit === count) fire(name, point.effect);
  };
}

import type { PluginContext } from "@taffrail/contracts";
import { describe, type PluginGuard } from "./plugin-guard.ts";

const late = Symbol("late");

/** Waits for work, but not for longer than `milliseconds`; the timer does not keep the process alive. */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), milliseconds);
    timer.unref();
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A plugin that could not be started is not used, for good: half a start is worse than none. */
function giveUp(guard: PluginGuard, why: string): void {
  guard.start = "failed";
  guard.halt(why);
  guard.tell(
    `${why}; it is left out${guard.failsClosed ? ", and as it fails closed records are dropped or masked" : ""}`,
  );
}

async function awaitStart(guard: PluginGuard, starting: Promise<void>, timeoutMs: number): Promise<void> {
  guard.start = "starting";
  guard.halt("has not started yet");
  try {
    if ((await within(starting, timeoutMs)) !== late) {
      guard.start = "ready";
      guard.resume();
      return;
    }
    guard.count("timeout");
    giveUp(guard, `did not start within ${timeoutMs} ms`);
  } catch (error) {
    guard.count("throw");
    giveUp(guard, `could not start (${describe(error)})`);
  }
}

/**
 * Starts a plugin. One that starts at once is in use when this returns; one that needs time is left out, in its fail mode, until it is ready, and
 * for good when its start fails or takes longer than `timeoutMs`. A redactor must be ready at once. Never throws; the promise never rejects.
 */
export function startPlugin(guard: PluginGuard, context: PluginContext, timeoutMs: number): Promise<void> {
  try {
    const starting: unknown = guard.plugin.start?.(context);
    if (!(starting instanceof Promise)) return Promise.resolve();
    if (guard.kind !== "redactor") return awaitStart(guard, starting, timeoutMs);
    starting.catch(() => {});
    giveUp(guard, "was not ready when start returned, as a redactor must be");
  } catch (error) {
    guard.count("throw");
    giveUp(guard, `could not start (${describe(error)})`);
  }
  return Promise.resolve();
}

/** Calls `flush` or `close` of a plugin with a deadline. Never rejects, and never takes longer, whatever the plugin does. */
export async function endPlugin(guard: PluginGuard, member: "flush" | "close", timeoutMs: number): Promise<void> {
  const abort = new AbortController();
  try {
    const work = guard.plugin[member]?.(abort.signal);
    if (work === undefined || (await within(Promise.resolve(work), timeoutMs)) !== late) return;
    guard.count("timeout");
    guard.tell(`did not ${member} within ${timeoutMs} ms`);
  } catch (error) {
    guard.count("throw");
    guard.tell(`could not ${member} (${describe(error)})`);
  } finally {
    abort.abort();
  }
}

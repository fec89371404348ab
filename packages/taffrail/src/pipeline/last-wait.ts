import type { StreamLane } from "./stream-lane.ts";

const pollMs = 5;
/** Longest time between two attempts while the process waits for its end. */
const lastRetryMs = 500;

/**
 * Waits, while the process is about to end, until all sinks have what waits for them: at most `timeoutMs`, and for those that fail at most until
 * `retryUntil` (as `performance.now()` counts). What waits on disk is safe there, so a sink that fails is not waited for then. Answers whether
 * nothing waits any more.
 *
 * @example await waitForSinks(() => lanes, { timeoutMs: 2000, retryUntil: performance.now() + 2000 });
 */
export async function waitForSinks(
  lanes: () => readonly StreamLane[],
  { timeoutMs, retryUntil }: { readonly timeoutMs: number; readonly retryUntil: number },
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  const isWaiting = ({ delivery, durable }: StreamLane): boolean =>
    !delivery.idle && (!delivery.stalled || (durable === undefined && performance.now() < retryUntil));
  const hurryAll = (): number => {
    for (const { delivery } of lanes()) if (!delivery.idle) delivery.hurry();
    return performance.now() + lastRetryMs;
  };
  let hurryAt = hurryAll();
  while (lanes().some(isWaiting) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    // After a long outage the next attempt may be later than the end of the process: it is made sooner.
    if (performance.now() >= hurryAt) hurryAt = hurryAll();
  }
  return lanes().every(({ delivery }) => delivery.idle);
}

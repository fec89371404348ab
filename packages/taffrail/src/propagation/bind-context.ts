import { AsyncResource } from "node:async_hooks";

/**
 * Binds a function to the running context: whoever calls it later, from an event emitter, a pool or a native callback, it runs in the context of
 * now (and in the OpenTelemetry context of now). `this`, arguments and result pass through.
 *
 * @example socket.on("message", bindContext((data) => log.info("received", { bytes: data.length })));
 */
export function bindContext<A extends readonly unknown[], R, T>(
  fn: (this: T, ...args: A) => R,
): (this: T, ...args: A) => R {
  const resource = new AsyncResource("taffrail.bindContext");
  return function bound(this: T, ...args: A): R {
    return resource.runInAsyncScope(fn as (this: unknown, ...args: A) => R, this, ...args) as R;
  };
}

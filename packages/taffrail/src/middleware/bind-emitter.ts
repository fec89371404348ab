import type { EventEmitter } from "node:events";
import type { RequestTracker } from "./request-tracker.ts";

/**
 * Runs all listeners of an emitter inside a request's context. The events of a request and its response are set off by the connection, which
 * knows nothing of the context that was running when the listener was added.
 */
export function bindEmitter(emitter: EventEmitter, tracker: Pick<RequestTracker, "run">): void {
  const { emit } = emitter;
  emitter.emit = (name, ...args) => tracker.run(() => emit.call(emitter, name, ...args));
}

import { currentContext } from "../context.ts";

/** The life of one request or job: nested contexts of a request share it, so it is also the key for state of the whole request. */
export interface ContextLife {
  readonly ended: boolean;
  /** Calls `listener` once, when the request is over. After the end it is called at once. Listeners must not throw. */
  onEnd(listener: () => void): void;
}

interface EndableLife extends ContextLife {
  end(): void;
}

const lifeKey = Symbol.for("taffrail.context.life");

/** Makes a life, to be given to `withContext` (as `lifeFields`) at the start of a request and ended with it. */
export function createLife(): EndableLife {
  let listeners: (() => void)[] = [];
  let ended = false;
  return {
    get ended() {
      return ended;
    },
    onEnd(listener) {
      if (ended) listener();
      else listeners.push(listener);
    },
    end() {
      ended = true;
      const waiting = listeners;
      listeners = [];
      for (const listener of waiting) listener();
    },
  };
}

/** Context fields that give a life to the contexts below. */
export function lifeFields(life: ContextLife): object {
  return { [lifeKey]: life };
}

/**
 * The life of the request that a context belongs to, or undefined outside of requests. `context`: its fields, as `currentContext` gives them.
 *
 * @example lifeOf(record.context)?.onEnd(() => forget(record.context));
 */
export function lifeOf(context: object = currentContext()): ContextLife | undefined {
  return (context as { readonly [lifeKey]?: ContextLife })[lifeKey];
}

/** What was started, so that it can be stopped in the reverse order. */
export interface StartStack {
  /** Registers how to undo a step that was just made. */
  started(name: string, stop: () => Promise<unknown> | unknown): void;
  /** Undoes every step, last first; one that fails is told and does not keep the others from being undone. Idempotent. */
  stop(onFailure: (name: string, error: unknown) => void): Promise<void>;
}

/**
 * Makes an empty stack.
 *
 * @example
 * const stack = createStartStack();
 * const database = await open(); stack.started("database", () => database.destroy());
 */
export function createStartStack(): StartStack {
  const steps: { readonly name: string; readonly stop: () => Promise<unknown> | unknown }[] = [];
  return {
    started(name, stop) {
      steps.push({ name, stop });
    },
    async stop(onFailure) {
      for (let step = steps.pop(); step; step = steps.pop()) {
        try {
          await step.stop();
        } catch (error) {
          onFailure(step.name, error);
        }
      }
    },
  };
}

export interface SyncingOptions {
  readonly policy: "never" | "interval" | "always";
  readonly intervalMs: number;
  readonly sync: () => Promise<void>;
}

/** Makes lines durable by a policy. */
export interface Syncing {
  /** After a write: resolves at once, or when the lines are durable where the policy wants that; rejects with the system's error then. */
  wrote(): Promise<void>;
  /** Makes everything durable now; rejects with the system's error. */
  flush(): Promise<void>;
  stop(): void;
  /** Why the newest attempt failed, or undefined. */
  fault(): string | undefined;
}

/**
 * Makes the keeper of a sync policy. With `interval` one sync serves everything that was written since the one before it.
 *
 * @example createSyncing({ policy: "interval", intervalMs: 1000, sync: () => file.sync() }).wrote()
 */
export function createSyncing({ policy, intervalMs, sync }: SyncingOptions): Syncing {
  let timer: NodeJS.Timeout | undefined;
  let fault: string | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const flush = async (): Promise<void> => {
    stop();
    try {
      await sync();
      fault = undefined;
    } catch (error) {
      fault = `fsync: ${error instanceof Error ? error.message : String(error)}`;
      throw error;
    }
  };
  return {
    async wrote() {
      if (policy === "always") await flush();
      // A failure shows in `fault`, and the next flush tells it too.
      if (policy === "interval") timer ??= setTimeout(() => void flush().catch(() => {}), intervalMs).unref();
    },
    flush,
    stop,
    fault: () => fault,
  };
}

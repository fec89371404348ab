import type { Filter, RecordView } from "@taffrail/contracts";
import type { PluginStats } from "./observe/stats.ts";
import type { RuntimeSettings } from "./options/option-types.ts";
import type { Admission, CallerPlugins } from "./plugins/caller-plugins.ts";
import { createPluginHost, type PluginHost, type PluginHostOptions } from "./plugins/plugin-host.ts";
import { dedupeFilter } from "./valves/dedupe-filter.ts";
import { rateLimitFilter } from "./valves/rate-limit-filter.ts";
import { samplingFilter } from "./valves/sampling-filter.ts";

export type ValveSettings = Pick<RuntimeSettings, "sampling" | "rateLimit" | "dedupe">;

/** In the order in which they work: what is sampled away need not be counted by the others. */
export const valveNames = ["sampling", "rateLimit", "dedupe"] as const;
type ValveName = (typeof valveNames)[number];

const makers: { readonly [K in ValveName]: (options: NonNullable<ValveSettings[K]>) => Filter } = {
  sampling: samplingFilter,
  rateLimit: rateLimitFilter,
  dedupe: dedupeFilter,
};

/** How long a valve that is replaced may take to tell what it held back, in ms. */
const replacedMs = 1000;

/** The user's plugins and the valves after them, as one. Valves come and go while the logger works. */
export class ValveSet implements CallerPlugins {
  active: boolean;
  readonly #user: CallerPlugins;
  readonly #surroundings: Omit<PluginHostOptions, "plugins" | "builtIns">;
  readonly #hosts = new Map<ValveName, PluginHost>();
  #chain: readonly CallerPlugins[] = [];

  constructor(user: CallerPlugins, surroundings: Omit<PluginHostOptions, "plugins" | "builtIns">) {
    this.#user = user;
    this.#surroundings = surroundings;
    this.active = user.active;
  }

  get constants(): readonly object[] {
    return this.#user.constants;
  }

  enrich(record: RecordView): readonly object[] {
    return this.#user.enrich(record);
  }

  admit(record: RecordView): Admission {
    const admission = this.#user.admit(record);
    if (admission !== "keep") return admission;
    for (const valve of this.#chain) {
      const answer = valve.admit(record);
      if (answer !== "keep") return answer;
    }
    return "keep";
  }

  /** Makes a valve, or none, and returns what puts it in the place of the one before. Throws `option_unknown` and `option_invalid`. */
  prepare<K extends ValveName>(name: K, options: ValveSettings[K]): () => void {
    const filter = options === undefined ? undefined : makers[name](options);
    return () => {
      void this.#hosts.get(name)?.close(replacedMs);
      this.#hosts.delete(name);
      if (filter !== undefined) {
        const host = createPluginHost({ ...this.#surroundings, plugins: [], builtIns: [filter] });
        void host.start();
        this.#hosts.set(name, host);
      }
      this.#chain = valveNames.flatMap((each) => this.#hosts.get(each)?.caller ?? []);
      this.active = this.#user.active || this.#chain.length > 0;
    };
  }

  stats(): readonly PluginStats[] {
    return [...this.#hosts.values()].flatMap((host) => host.stats());
  }

  /** Lets valves tell what they held back, and go on; done when this returns. Never rejects. */
  async flush(timeoutMs: number): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.flush(timeoutMs)));
  }

  /** The same for the last time. */
  async close(timeoutMs: number): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.close(timeoutMs)));
  }
}

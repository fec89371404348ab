import { detectorNames } from "../redact/presets.ts";
import type { PresetName, SinkSpec } from "./option-types.ts";

/** Defaults for a kind of program. Written as in a config file, so a preset can do nothing that a user cannot. */
export interface Preset {
  readonly description: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Options of the HTTP sink that `server` adds. */
  readonly http: Readonly<Record<string, unknown>>;
}

const jsonConsole: SinkSpec = { type: "console", format: "json" };
const productionOptions = {
  level: "info",
  sinks: [jsonConsole],
  shedding: true,
  redact: { defaults: true },
} as const;

export const presets = {
  dev: {
    description: "Everything from debug up, pretty, at once.",
    options: { level: "debug", sinks: [{ type: "console", format: "pretty" }], fingersCrossed: false },
    http: {},
  },
  production: {
    description: "JSON from info up; secrets masked; quiet records give way under load.",
    options: productionOptions,
    http: {},
  },
  serverless: {
    description:
      "For functions that are frozen between calls: nothing lingers, waits are short. `flushAfter` flushes at the end of each call.",
    options: {
      ...productionOptions,
      bufferBytes: 4 * 1024 * 1024,
      retryForMs: 5000,
      writeTimeoutMs: 3000,
      breaker: { failures: 3, openForMs: 5000 },
      exitTimeoutMs: 500,
    },
    http: { lingerMs: 0, timeoutMs: 2000, lastEffortMs: 400 },
  },
  hardened: {
    description:
      "Production, with every redaction rule there is, and no plugins from elsewhere unless `allowPlugins` names them.",
    options: {
      ...productionOptions,
      redact: { defaults: true, presets: ["pci-dss", "hipaa", "gdpr", "ccpa"], detect: detectorNames },
      allowPlugins: [],
    },
    http: {},
  },
} as const satisfies Readonly<Record<PresetName, Preset>>;

/** The names of the presets. */
export const presetNames: readonly PresetName[] = ["dev", "production", "serverless", "hardened"];

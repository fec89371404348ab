import type { Filter, Plugin, PluginKind, PluginManifest } from "@taffrail/contracts";
import { type ManualClock, manualClock } from "@taffrail/testkit";
import { createPluginHost, type PluginHost, type PluginHostOptions } from "../plugin-host.ts";

export interface TestHost {
  readonly host: PluginHost;
  readonly clock: ManualClock;
  readonly problems: string[];
  readonly emitted: { level: string; message: string; fields: object | undefined }[];
}

/** A host that has started, with a clock that stands still. */
export function makeHost(plugins: readonly Plugin[], more: Partial<PluginHostOptions> = {}): TestHost {
  const clock = manualClock();
  const problems: string[] = [];
  const emitted: TestHost["emitted"] = [];
  const host = createPluginHost({
    plugins,
    clock,
    problem: (message) => void problems.push(message),
    emit: (level, message, fields) => void emitted.push({ level, message, fields }),
    ...more,
  });
  void host.start();
  return { host, clock, problems, emitted };
}

export function manifestOf<Kind extends PluginKind>(
  kind: Kind,
  more: Partial<PluginManifest<Kind>> = {},
): PluginManifest<Kind> {
  return { name: `test-${kind}`, kind, apiVersion: 1, ...more };
}

export function filterOf(keep: Filter["keep"], more: Partial<Filter["manifest"]> = {}): Filter {
  return { manifest: manifestOf("filter", more), keep };
}

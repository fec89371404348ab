import { fileURLToPath } from "node:url";

/**
 * Path of a JavaScript entry (child process or worker) that stands beside the calling module. Tests run from `src`, where Node 20 cannot load
 * TypeScript; then the built twin under `dist` is meant.
 *
 * @example entryPath(import.meta.url, "./engine-child.js")
 */
export function entryPath(moduleUrl: string, relative: string): string {
  const path = fileURLToPath(new URL(relative, moduleUrl));
  return moduleUrl.endsWith(".ts") ? path.replace("/apps/server/src/", "/apps/server/dist/") : path;
}

import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Folder of the built page, inside the package that holds it.
 *
 * @example loadAssets(pageFolder())
 */
export function pageFolder(): string {
  return join(fileURLToPath(import.meta.resolve("@taffrail/web/package.json")), "..", "dist");
}

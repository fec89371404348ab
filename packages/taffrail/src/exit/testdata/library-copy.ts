import { cpSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const packageFolder = fileURLToPath(new URL("../../..", import.meta.url));

/** Lets programs in a folder import the built library by its name. */
export function linkLibrary(folder: string): void {
  symlinkSync(realpathSync(join(packageFolder, "../../node_modules")), join(folder, "node_modules"));
}

/** Copies the built library into a linked folder, as when two versions of it are installed; gives the address of the copy's entry. */
export function copyLibrary(folder: string): string {
  const filter = (source: string): boolean => !source.endsWith(".d.ts") && !source.endsWith(".map");
  cpSync(join(packageFolder, "dist"), join(folder, "copy"), { recursive: true, filter });
  return pathToFileURL(join(folder, "copy/index.js")).href;
}

import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findFile } from "./file-identity.ts";
import { identityKey } from "./known-places.ts";
import { originalHolds } from "./open-file.ts";
import type { Place } from "./place.ts";

/**
 * Where files are now that stood under a wanted path when their place was kept: a rotation while nobody shipped may have given them a name that no
 * pattern matches, with lines that were never read. Looks in the same directory only.
 *
 * @example await findRenamed(store.places, new Set(["/var/log/app.log"])) // ["/var/log/app.log.1"]
 */
export async function findRenamed(places: Iterable<Place>, wanted: ReadonlySet<string>): Promise<string[]> {
  const missed = new Map<string, Place[]>();
  for (const place of places) {
    if (place.done || !wanted.has(place.path)) continue;
    const directory = dirname(place.path);
    missed.set(directory, [...(missed.get(directory) ?? []), place]);
  }
  const found: string[] = [];
  for (const [directory, candidates] of missed) {
    for (const name of await readdir(directory).catch(() => [])) {
      const path = join(directory, name);
      const file = wanted.has(path) ? undefined : await findFile(path).catch(() => undefined);
      const place = file && candidates.find((candidate) => identityKey(candidate) === identityKey(file));
      // An inode may be used again for an unrelated file: its content decides.
      if (place && file.isRegular && (await originalHolds({ ...place, path }))) found.push(path);
    }
  }
  return found;
}

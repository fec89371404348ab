import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Clock, TaffrailError } from "@taffrail/contracts";
import { acquireLock, type FileLock } from "./file-lock.ts";
import { type Place, parsePlace, placeText } from "./place.ts";

/** What a file is known by in the store. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
}

/** Remembers places on disk: one small file for each file that is shipped, in one directory for each server. */
export interface PlaceStore {
  /** Every place that was kept, read once at the start. */
  readonly places: readonly Place[];
  /** Makes a place durable; several at once for one file end with the last. Rejects with `state_unusable`. */
  save(place: Place): Promise<void>;
  /** Claims a file for this process, or says that another living process ships it. */
  claim(file: FileIdentity): Promise<FileLock | undefined>;
  /** The place of a file as it is kept now; another process may have moved it on. Rejects with `state_unusable`. */
  read(file: FileIdentity): Promise<Place | undefined>;
}

/**
 * Where places are kept unless told otherwise: below XDG_STATE_HOME.
 *
 * @example usualStateDir({ XDG_STATE_HOME: "/var/lib" }) // "/var/lib/taffrail/ship"
 */
export function usualStateDir(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_STATE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".local", "state"), "taffrail", "ship");
}

const nameOf = (file: FileIdentity): string => `${file.device}-${file.inode}`;

const dayMs = 86_400_000;
/** A file that nobody shipped for so long is past every usual retention. */
const placeDaysMax = 90;
/** What a crash left half-written; younger ones may belong to a living process. */
const leftoverDaysMax = 1;

/** Reads every place and clears away what is too old to matter. */
async function readPlaces(dir: string, now: number): Promise<Place[]> {
  const places: Place[] = [];
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    const isPlace = name.endsWith(".json");
    try {
      const days = (now - (await stat(path)).mtimeMs) / dayMs;
      if (days > (isPlace ? placeDaysMax : leftoverDaysMax) && !name.endsWith(".lock")) await rm(path, { force: true });
      else if (isPlace) places.push(...[parsePlace(await readFile(path, "utf8")) ?? []].flat());
    } catch (error) {
      // Another process that uses the directory may have renamed it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return places;
}

/** Write aside, sync, put in place: after a crash there is the old place or the new one, never half of one. */
async function writeWhole(dir: string, name: string, text: string): Promise<void> {
  const aside = join(dir, `${name}.${randomUUID()}.new`);
  const handle = await open(aside, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(aside, join(dir, name));
}

/**
 * Opens the store of a server's places below a state directory. Rejects with `state_unusable`.
 *
 * @example const store = await openPlaceStore({ dir: usualStateDir(env), server: "http://127.0.0.1:4318", clock });
 */
export async function openPlaceStore(options: {
  readonly dir: string;
  readonly server: string;
  readonly clock: Clock;
}): Promise<PlaceStore> {
  const scope = createHash("sha256").update(options.server).digest("hex").slice(0, 16);
  const dir = join(options.dir, scope);
  const writing = new Map<string, Promise<void>>();
  const next = new Map<string, Place>();
  const unusable = (path: string, error: unknown): TaffrailError => {
    const reason = error instanceof Error ? error.message : String(error);
    return new TaffrailError("state_unusable", { path, dir, reason }, error);
  };
  let places: Place[];
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    places = await readPlaces(dir, options.clock.now());
  } catch (error) {
    throw unusable("any file", error);
  }
  const writeAll = async (name: string): Promise<void> => {
    for (let place = next.get(name); place; place = next.get(name)) {
      next.delete(name);
      await writeWhole(dir, `${name}.json`, placeText(place));
    }
  };
  return {
    places,
    async save(place) {
      const name = nameOf(place);
      next.set(name, place);
      const running = writing.get(name) ?? writeAll(name).finally(() => writing.delete(name));
      writing.set(name, running);
      await running.catch((error: unknown) => {
        throw unusable(place.path, error);
      });
    },
    async claim(file) {
      const path = join(dir, nameOf(file));
      const lock = await acquireLock(`${path}.lock`).catch((error: unknown) => {
        throw unusable(nameOf(file), error);
      });
      // A place in use stays young, however rarely its file grows. Without a place there is nothing to touch.
      const seconds = options.clock.now() / 1000;
      if (lock) await utimes(`${path}.json`, seconds, seconds).catch(() => undefined);
      return lock;
    },
    async read(file) {
      const path = join(dir, `${nameOf(file)}.json`);
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw unusable(nameOf(file), error);
      });
      return text === undefined ? undefined : parsePlace(text);
    },
  };
}

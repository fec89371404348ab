import { open, stat } from "node:fs/promises";
import type { FileIdentity } from "./place-store.ts";

/** What stands at a path. */
export interface FoundFile extends FileIdentity {
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly isRegular: boolean;
  /** Size and times as one word: another one says that something else may stand there, for a system uses the inode of a deleted file again. */
  readonly stamp: string;
}

/** Looks at a path, through symbolic links; undefined when nothing is there. */
export async function findFile(path: string): Promise<FoundFile | undefined> {
  try {
    // Inode numbers of some file systems do not fit a double.
    const found = await stat(path, { bigint: true });
    return {
      device: String(found.dev),
      inode: String(found.ino),
      modifiedMs: Number(found.mtimeMs),
      isRegular: found.isFile(),
      stamp: `${found.size} ${found.mtimeNs} ${found.birthtimeNs}`,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether a file begins as gzip files do, whatever its name. */
export async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** One file of the page, ready to be sent. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** Absent when compression does not make it smaller. */
  readonly gzip: Buffer | undefined;
  readonly etag: string;
  /** True: the name holds a hash of the content, so browsers may keep it for good. */
  readonly immutable: boolean;
}

/** By path, like `/assets/index-4f2a.js`. */
export type Assets = ReadonlyMap<string, Asset>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

const pageBytesMax = 32 * 1024 * 1024;

function assetOf(path: string, bytes: Buffer): Asset {
  const compressed = gzipSync(bytes, { level: 9 });
  return {
    type: types[extname(path)] ?? "application/octet-stream",
    bytes,
    gzip: compressed.length < bytes.length * 0.95 ? compressed : undefined,
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    immutable: path.startsWith("/assets/"),
  };
}

/**
 * Reads the built page into memory. Nothing else can ever be served: there is no path from a URL to the disk. Source maps are left out.
 * Empty when the page is not built. Throws when the folder holds more than a page can be.
 *
 * @example loadAssets("apps/web/dist").get("/index.html")
 */
export function loadAssets(folder: string): Assets {
  const assets = new Map<string, Asset>();
  let total = 0;
  const walk = (relative: string): void => {
    for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = `${relative}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      if (!entry.isFile() || entry.name.startsWith(".") || entry.name.endsWith(".map")) continue;
      total += statSync(join(folder, path)).size;
      if (total > pageBytesMax) throw new Error(`${folder} holds more than ${pageBytesMax} bytes; it is no built page`);
      assets.set(path, assetOf(path, readFileSync(join(folder, path))));
    }
  };
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) walk("");
  return assets;
}

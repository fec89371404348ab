import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, parse, resolve, sep } from "node:path";

const depthMax = 16;
const magic = /[*?[{]/;

/** Whether a path is a pattern; else it names one file. */
export const isPattern = (path: string): boolean => magic.test(path);

/**
 * Writes out the alternatives of braces: `{a,b}.log` becomes `a.log` and `b.log`. A brace without a comma or without its end stands for itself.
 *
 * @example expandBraces("app-{web,api}.log") // ["app-web.log", "app-api.log"]
 */
export function expandBraces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(pattern);
  if (!match) return [pattern];
  const [, before = "", choices = "", after = ""] = match;
  return choices.split(",").flatMap((choice) => expandBraces(`${before}${choice}${after}`));
}

function partExpression(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[.*+?^${}()|[\]\\]/g, (token) => {
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.length > 1) return token.replace(/^\[!/, "[^").replace(/\\/g, "\\\\");
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`, "s");
}

/** A pattern does not match hidden names unless it starts with a dot itself, as in a shell. */
const matches = (part: string, name: string): boolean =>
  (part.startsWith(".") || !name.startsWith(".")) && partExpression(part).test(name);

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch {
    // A directory that is gone, or closed to this user, matches nothing.
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Symbolic links are followed where a part of the pattern matches them, but not below `**`, where they could lead in circles. */
const mayBeDirectory = (entry: Dirent): boolean => entry.isDirectory() || entry.isSymbolicLink();

/** `**`: this directory and every one below it. */
async function* expandBelow(directory: string, parts: readonly string[], depth: number): AsyncGenerator<string> {
  yield* expandFrom(directory, parts.slice(1), depth);
  for (const entry of await entriesOf(directory))
    if (entry.isDirectory() && !entry.name.startsWith("."))
      yield* expandFrom(join(directory, entry.name), parts, depth + 1);
}

async function* expandMatching(directory: string, parts: readonly string[], depth: number): AsyncGenerator<string> {
  const [part = "", ...rest] = parts;
  for (const entry of await entriesOf(directory)) {
    if (!matches(part, entry.name)) continue;
    const path = join(directory, entry.name);
    if (rest.length === 0 && !entry.isDirectory()) yield path;
    if (rest.length > 0 && mayBeDirectory(entry)) yield* expandFrom(path, rest, depth + 1);
  }
}

async function* expandFrom(directory: string, parts: readonly string[], depth: number): AsyncGenerator<string> {
  const [part, ...rest] = parts;
  if (part === undefined || depth > depthMax) return;
  if (part === "**") return yield* expandBelow(directory, parts, depth);
  if (isPattern(part)) return yield* expandMatching(directory, parts, depth);
  const path = join(directory, part);
  if (rest.length > 0) yield* expandFrom(path, rest, depth + 1);
  else if (await isThere(path)) yield path;
}

/**
 * The files that a pattern matches now, as absolute paths, sorted, at most `filesMax`. Knows `*`, `?`, `[a-z]`, `{a,b}` and `**`. A path that exists
 * is taken by its name first, even when it holds such characters.
 *
 * @example await expandPattern("/var/log/nginx/*.log*", { cwd: "/", filesMax: 2000 })
 */
export async function expandPattern(
  pattern: string,
  options: { readonly cwd: string; readonly filesMax: number },
): Promise<string[]> {
  const literal = resolve(options.cwd, pattern);
  if (!isPattern(pattern) || (await isThere(literal))) return (await isThere(literal)) ? [literal] : [];
  const found = new Set<string>();
  for (const expanded of expandBraces(pattern)) {
    const path = resolve(options.cwd, expanded);
    const { root } = parse(path);
    const parts = path.slice(root.length).split(sep);
    for await (const match of expandFrom(root, parts, 0)) {
      if (found.size >= options.filesMax) break;
      found.add(match);
    }
  }
  return [...found].sort();
}

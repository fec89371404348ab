import { looseName } from "./key-words.ts";

/** One step of a path: a name, `*` for any one name or item, `**` for any number of them. */
type Step = { readonly kind: "name"; readonly name: string } | { readonly kind: "one" } | { readonly kind: "any" };
export type PathPattern = readonly Step[];

const longestPath = 512;

/**
 * Reads a path: names with dots between them, `*` for any name or item, `**` for any depth, `[*]` for the items of a list, `["x-y"]` for names with
 * dots or brackets. Gives undefined for what is no path.
 *
 * @example parsePath("items[*].pan")?.length // 3
 */
export function parsePath(text: string): PathPattern | undefined {
  if (text === "" || text.length > longestPath) return undefined;
  const part = /(?:^|\.)(\*\*|\*|[^.[\]*"'\s][^.[\]"']*)|\[(?:(\*)|"([^"]+)"|'([^']+)')\]/y;
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null || (match[0].startsWith(".") && at === 0)) return undefined;
    const [all, plain, star, doubleQuoted, singleQuoted] = match;
    const name = plain ?? star ?? doubleQuoted ?? singleQuoted ?? "";
    if (name === "**") steps.push({ kind: "any" });
    else if ((plain ?? star) === "*") steps.push({ kind: "one" });
    else if (plain?.includes("*")) return undefined;
    else steps.push({ kind: "name", name });
    at += all.length;
  }
  return steps;
}

/** How names are compared: rules that hide compare loosely (`eMail` is `e_mail`), rules that show compare exactly. */
type SameName = (name: string, other: string) => boolean;
export const sameLoosely: SameName = (name, other) => name === other || looseName(name) === looseName(other);
export const sameExactly: SameName = (name, other) => name === other;

/** How far a path goes along a pattern: to its end (`full`), beyond it (`below`), not that far yet (`above`), or elsewhere. */
export type PathMatch = "full" | "below" | "above" | "none";

/**
 * Follows a path along a pattern.
 *
 * @example matchPath(["user"], parsePath("user.email") ?? [], sameExactly) // "above"
 */
export function matchPath(path: readonly string[], pattern: PathPattern, same: SameName): PathMatch {
  // The steps that may come next, after each name: `**` stays possible and may also be left at once.
  let positions: ReadonlySet<number> = new Set(open(pattern, 0));
  for (const name of path) {
    if (positions.has(pattern.length)) return "below";
    positions = new Set([...positions].flatMap((position) => after(pattern, position, name, same)));
    if (positions.size === 0) return "none";
  }
  return positions.has(pattern.length) ? "full" : "above";
}

/** The positions that a name leads to from one position. */
function after(pattern: PathPattern, position: number, name: string, same: SameName): readonly number[] {
  const step = pattern[position];
  if (step === undefined) return [];
  if (step.kind === "any") return open(pattern, position);
  return step.kind === "one" || same(step.name, name) ? open(pattern, position + 1) : [];
}

/** A position and, past each `**` that may stand for nothing, the positions after it. */
function open(pattern: PathPattern, position: number): readonly number[] {
  const opened = [position];
  let at = position;
  while (pattern[at]?.kind === "any") {
    at += 1;
    opened.push(at);
  }
  return opened;
}

import { anyCase } from "./detector.ts";

/** Letters of names, from the last one backward. */
interface Branch {
  readonly branches: Map<string, Branch>;
  isName: boolean;
}

const createBranch = (): Branch => ({ branches: new Map(), isName: false });

/** Between the letters of a name: `api_key`, `api key`, `API-KEY`. */
const between = "[ _.\\-]?";

function sourceOf(branch: Branch): string {
  // A name that is the end of a longer one stands for both.
  if (branch.isName) return "";
  const sources = [...branch.branches].map(([letter, before]) => {
    const rest = sourceOf(before);
    return rest === "" ? letterSource(letter) : `${rest}${between}${letterSource(letter)}`;
  });
  return sources.length === 1 ? (sources[0] ?? "") : `(?:${sources.join("|")})`;
}

function letterSource(letter: string): string {
  return /[a-z]/.test(letter)
    ? anyCase(letter)
    : /[0-9]/.test(letter)
      ? letter
      : `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Source for the inside of a look-behind that matches where one of the names (in loose form) ends. The names are laid out as a tree from their last
 * letters, so that what is no name is known after a letter or two.
 *
 * @example new RegExp(`(?<=${endOfNames(["apikey", "pin"])})=`).test("API_KEY=") // true
 */
export function endOfNames(names: Iterable<string>): string {
  const root = createBranch();
  for (const name of names) {
    let branch = root;
    for (const letter of [...name].reverse()) {
      const next = branch.branches.get(letter) ?? createBranch();
      branch.branches.set(letter, next);
      branch = next;
    }
    branch.isName = true;
  }
  return root.branches.size === 0 ? "(?!)" : sourceOf(root);
}

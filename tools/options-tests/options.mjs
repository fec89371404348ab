// @ts-check
// Pure parts of the comparison of options with tests: what options there are, what titles there are, which are missing.

/** @typedef {{ path: string, text: string }} SourceFile */
/** @typedef {{ owner: string, key: string, path: string }} Option */
/** @typedef {{ path: string, names: readonly string[], subjects: string }} Title */

/**
 * Names of option types that entry files export.
 * @param {readonly SourceFile[]} entries @returns {ReadonlySet<string>}
 */
export function publicNames(entries) {
  const found = entries.flatMap(({ text }) =>
    [...text.matchAll(/\b(\w+Options|SinkEntry)\b/g)].map(([, name = ""]) => name),
  );
  // Entry files that declare types themselves export them too.
  return new Set(found);
}

/**
 * The members of interfaces of some names: those of the interface itself, at the indentation that the formatter gives them.
 * @param {readonly SourceFile[]} files @param {ReadonlySet<string>} names @returns {Option[]}
 */
export function optionsOf(files, names) {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(/^export interface (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)].flatMap(([, owner = "", body = ""]) =>
      names.has(owner)
        ? [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, key = ""]) => ({ owner, key, path }))
        : [],
    ),
  );
}

/** Small letters and digits only: `fingersCrossed` and `fingers-crossed` are one subject. @param {string} text */
const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * Titles of tests that begin with options and a colon; `subjects`: what the file says of itself, its path and the titles of its groups.
 * @param {readonly SourceFile[]} files @returns {Title[]}
 */
export function titlesOf(files) {
  return files
    .filter(({ path }) => path.endsWith(".test.ts"))
    .flatMap(({ path, text }) => {
      const groups = [...text.matchAll(/describe[^"'`\n]*["'`]([^"'`\n]+)/g)].map(([, title = ""]) => title);
      return [...text.matchAll(/(?:\bit|\btest|\))\(\s*["'`]([\w.][\w., %]{0,60}): /g)].map(([, head = ""]) => ({
        path,
        names: head.split(/[^\w.]+/),
        subjects: plain([path, ...groups].join(" ")),
      }));
    });
}

/** The folder below `src`, or nothing for files beside the entry. @param {string} path */
const areaOf = (path) => /\/src\/([^/]+)\//.exec(path)?.[1] ?? "";

/** What a type is about, if its name does not say it. */
const subjects = /** @type {Readonly<Record<string, string>>} */ ({ SinkEntry: "sinks", durable: "spool" });

/** What a type is about: `FileSinkOptions` is about `file`. @param {string} owner */
const subjectOf = (owner) => subjects[owner] ?? plain(owner.replace(/(Sink|Bridge|Filter)?Options$/, ""));

/**
 * True when a title speaks of this option: by its whole name anywhere (`dedupe.windowMs`), or by its bare name where the area of the sources and the
 * subject are the same.
 * @param {Option} option @param {Title} title
 */
function isTestedBy({ owner, key, path }, title) {
  const [outer = "", inner] = key.split(".");
  const isNested = owner === "LoggerOptions" && inner !== undefined;
  const bare = inner ?? key;
  const subject = isNested ? (subjects[outer] ?? plain(outer)) : subjectOf(owner);
  const names = title.names.map(plain);
  if (isNested ? names.includes(plain(key)) : names.includes(plain(subject + key))) return true;
  const isSameArea = isNested ? areaOf(title.path) !== "options" : areaOf(path) === areaOf(title.path);
  return (
    isSameArea &&
    title.subjects.includes(owner === "LoggerOptions" && !isNested ? "options" : subject) &&
    title.names.includes(bare)
  );
}

/**
 * A line for each option that no title speaks of.
 * @param {readonly Option[]} options @param {readonly Title[]} titles @returns {string[]}
 */
export function missingTests(options, titles) {
  return options
    .filter((option) => !titles.some((title) => isTestedBy(option, title)))
    .map(({ owner, key, path }) => `${path}: ${owner}.${key} has no test whose title begins with "${key}:"`);
}

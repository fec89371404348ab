// @ts-check
// The house rules that no off-the-shelf tool knows. Each rule is a pure function of one file or of the file list, and has a test beside it.

/** @typedef {{ path: string, text: string }} SourceFile */
/** @typedef {{ path: string, line: number, message: string }} Finding */

/** Which package may depend on which. Everything may import contracts; nothing imports an app but where it is said here. */
const layers = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  "packages/contracts": [],
  "packages/testkit": ["@taffrail/contracts"],
  "packages/experiments": ["@taffrail/contracts"],
  "packages/taffrail": ["@taffrail/contracts"],
  "packages/otel": ["@taffrail/contracts", "taffrail"],
  "packages/protocol": ["@taffrail/contracts"],
  "packages/query": ["@taffrail/contracts"],
  "packages/client": ["@taffrail/contracts"],
  "packages/checks": ["@taffrail/contracts"],
  "apps/server": [
    "@taffrail/contracts",
    "@taffrail/experiments",
    "@taffrail/protocol",
    "@taffrail/query",
    "@taffrail/web",
    "taffrail",
  ],
  // The server is in this list for one command: `up` runs it in its own process.
  "apps/cli": ["@taffrail/checks", "@taffrail/client", "@taffrail/contracts", "@taffrail/protocol", "@taffrail/server"],
  "apps/web": ["@taffrail/client", "@taffrail/contracts", "@taffrail/query"],
  "examples/shop": ["taffrail"],
  "examples/otel": [],
});

/** Folder rules inside the server: a folder may import these folders and the files beside main. Only `main` and `app` see everything. */
const serverFolders = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  access: [],
  audit: ["access"],
  config: [],
  engine: [],
  journal: [],
  store: ["access", "engine", "journal"],
  ingest: ["access", "journal"],
  query: ["access", "store", "journal"],
  tail: ["access", "store", "journal", "query"],
  settings: ["access"],
  health: ["engine", "journal", "store", "ingest", "tail", "settings"],
  telemetry: ["journal", "ingest"],
  http: ["access", "audit"],
});

const limits = { file: 400, function: 60 };
const bannedWords = /** @type {readonly [RegExp, string][]} */ ([
  [/\b(TODO|FIXME|XXX|HACK)\b/, "do it now, or write an issue"],
  [/coming soon|not implemented/i, "ship it whole or leave it out"],
  [/\bas any\b|: any\b/, "use unknown and narrow it"],
  [/\bas unknown as\b/, "narrow the type where the value comes in"],
  [/@ts-ignore|@ts-nocheck/, "use a type; @ts-expect-error with a reason where a test needs it"],
  [/\b(describe|it|test)\.only\(/, "remove the focus"],
]);
const machinePath = /\/(home|root|Users)\/[a-z]|\/work\/(main|shared)/;

/** @param {string} text */
const linesOf = (text) => text.split("\n");

/** @param {SourceFile} file @returns {Finding[]} */
export function fileLength({ path, text }) {
  const count = linesOf(text).length;
  return count > limits.file
    ? [{ path, line: limits.file, message: `${count} lines; the most is ${limits.file}: split it by concept` }]
    : [];
}

const functionStart =
  /^(\s*)(export )?(async )?(function\b|(const|let) \w+ = (async )?\([^)]*\)[^=]*=>\s*\{$|(static |async )*[\w$]+\([^)]*\)[^;]*\{$)/;
const notFunction = /^\s*(if|for|while|switch|catch|return|describe|it|test)\b/;

/**
 * Functions longer than the limit, found by indentation: the formatter guarantees that a function ends at its own indent.
 * @param {SourceFile} file @returns {Finding[]}
 */
export function functionLength({ path, text }) {
  /** @type {Finding[]} */
  const findings = [];
  const lines = linesOf(text);
  for (const [index, line] of lines.entries()) {
    const start = functionStart.exec(line);
    if (!start || notFunction.test(line)) continue;
    const indent = start[1] ?? "";
    const closing = new RegExp(`^${indent}}[,;)]*$|^${indent}}\\)`);
    const end = lines.findIndex((other, at) => at > index && closing.test(other));
    const length = end - index + 1;
    if (length > limits.function)
      findings.push({ path, line: index + 1, message: `function of ${length} lines; the most is ${limits.function}` });
  }
  return findings;
}

/** @param {SourceFile} file @returns {Finding[]} */
export function words({ path, text }) {
  return linesOf(text).flatMap((line, index) => {
    const hits = bannedWords.filter(
      ([pattern]) => pattern.test(line) && !(path.endsWith(".mjs") && pattern.source.includes("any")),
    );
    const findings = hits.map(([pattern, instead]) => ({
      path,
      line: index + 1,
      message: `${pattern.source}: ${instead}`,
    }));
    if (machinePath.test(line))
      findings.push({ path, line: index + 1, message: "a path of one machine: make it relative or pass it in" });
    return findings;
  });
}

/** @param {SourceFile} file @returns {Finding[]} */
export function packageLayers({ path, text }) {
  const directory = path.replace(/\/package\.json$/, "");
  const allowed = layers[directory];
  if (allowed === undefined)
    return [{ path, line: 1, message: "a new workspace: give it a line in tools/tidy/rules.mjs `layers`" }];
  const { dependencies = {} } = JSON.parse(text);
  return Object.keys(dependencies)
    .filter((name) => (name === "taffrail" || name.startsWith("@taffrail/")) && !allowed.includes(name))
    .map((name) => ({ path, line: 1, message: `may not depend on ${name}; see ARCHITECTURE.md` }));
}

/** @param {SourceFile} file @returns {Finding[]} */
export function serverImports({ path, text }) {
  const folder = /^apps\/server\/src\/([\w-]+)\//.exec(path)?.[1];
  if (!folder || path.endsWith(".test.ts")) return [];
  const allowed = serverFolders[folder];
  if (allowed === undefined) return [];
  return linesOf(text).flatMap((line, index) => {
    const target = /from "\.\.\/([\w-]+)\//.exec(line)?.[1];
    if (!target || target === folder || allowed.includes(target)) return [];
    return [{ path, line: index + 1, message: `${folder} may not import ${target}; see ARCHITECTURE.md` }];
  });
}

/** @param {SourceFile} file @param {ReadonlySet<string>} paths @returns {Finding[]} */
export function markdown({ path, text }, paths) {
  /** @type {Finding[]} */
  const findings = [];
  const outside = text.replace(/```[\s\S]*?```/g, (block) => block.replace(/[^\n]/g, ""));
  const titles = linesOf(outside).filter((line) => /^# /.test(line)).length;
  if (titles !== 1 && !path.startsWith(".changeset/"))
    findings.push({ path, line: 1, message: `${titles} titles; a page has one` });
  for (const [index, line] of linesOf(outside).entries()) {
    for (const [, target = ""] of line.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^(https?:|mailto:)/.test(target)) continue;
      const full = new URL(target, `file:///${path}`).pathname.slice(1).replace(/\/$/, "");
      if (!paths.has(full) && ![...paths].some((other) => other.startsWith(`${full}/`))) {
        findings.push({ path, line: index + 1, message: `the link ${target} leads nowhere` });
      }
    }
  }
  return findings;
}

/** @param {{ path: string, bytes: number }} file @returns {Finding[]} */
export function blobSize({ path, bytes }) {
  const most = 256 * 1024;
  if (bytes <= most || path === "package-lock.json") return [];
  return [{ path, line: 1, message: `${bytes} bytes; the most is ${most}` }];
}

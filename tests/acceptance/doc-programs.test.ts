import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ServerProcess, startServer } from "@taffrail/experiments";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Program {
  readonly page: string;
  readonly line: number;
  readonly code: string;
  /** Lines that it must print, in this order, among others. */
  readonly output: readonly string[];
  /** Why it is not run: the words after `ts not run:`. */
  readonly notRun: string | undefined;
}

function pages(): string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((path) => `docs/${path}`);
  const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`);
  return [...docs.filter((path) => path.endsWith(".md")), ...packages.filter(exists)];
}

function exists(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch {
    return false;
  }
}

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");

/** The ` ```ts ` blocks of a page. An ` ```output ` block right after one says what it prints. */
function programsOf(page: string): Program[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = [...text.matchAll(/^```(ts|js|output)\b([^\n]*)\n([\s\S]*?)^```/gm)];
  return blocks.flatMap((block, index) => {
    if (block[1] === "output") return [];
    const next = blocks[index + 1];
    const between = next?.[1] === "output" ? text.slice((block.index ?? 0) + block[0].length, next.index) : "\n#";
    const notRun = /not run: (.*)/.exec(block[2] ?? "")?.[1];
    const line = text.slice(0, block.index).split("\n").length;
    const isFollowed = !/^#/m.test(between);
    return [{ page, line, code: block[3] ?? "", output: isFollowed ? linesOf(next?.[3] ?? "") : [], notRun }];
  });
}

const tsc = (args: readonly string[], cwd: string) =>
  spawnSync(
    join(root, "node_modules/.bin/tsc"),
    ["--ignoreConfig", "--target", "es2023", "--module", "nodenext", ...args],
    {
      cwd,
      encoding: "utf8",
      timeout: 60_000,
    },
  );

/** The file of a program before and after its types are left out, without the ending. */
const fileOf = ({ page, line }: Program): string => `${page.replace(/\W+/g, "-")}-${line}`;

/** Guides whose programs are read by people who write TypeScript: each must please the strictest compiler as it stands. */
const typed = ["recipes", "plugins", "migrate", "logging"].map((name) => `docs/guides/${name}.md`);

/** A printed line as the page shows it: times, durations, ids and ports differ from run to run. */
function steady(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, "<time>")
    .replace(/\b[0-9a-f]{32}\b/g, "<trace>")
    .replace(/\b[0-9a-f]{16}\b/g, "<span>")
    .replace(/"duration_ms":[\d.]+/g, '"duration_ms":<duration>')
    .replace(/127\.0\.0\.1:\d+/g, "<address>")
    .trimEnd();
}

/** The first line of the page that the program did not print, in order. */
function missingLine(expected: readonly string[], printed: string): string | undefined {
  const lines = linesOf(printed).map(steady);
  let from = 0;
  for (const line of expected) {
    const at = lines.indexOf(steady(line), from);
    if (at === -1) return line;
    from = at + 1;
  }
  return undefined;
}

const programs = pages().flatMap(programsOf);

describe("every program in the docs", () => {
  let folder: string;
  let server: ServerProcess;

  beforeAll(async () => {
    const cache = join(root, "node_modules/.cache");
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, "doc-programs-"));
    for (const program of programs) writeFileSync(join(folder, `${fileOf(program)}.mts`), program.code);
    // Node 20 does not leave types out by itself.
    const files = programs.map((program) => `${fileOf(program)}.mts`);
    const { status, stdout } = tsc(["--noCheck", "--verbatimModuleSyntax", "--outDir", "plain", ...files], folder);
    expect(status, stdout).toBe(0);
    server = await startServer({ command: join(root, "apps/cli/bin/taffrail.mjs"), dataDir: join(folder, "data") });
    expect(server.url, server.stderr()).toBeDefined();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is strict TypeScript where the guide is for both", () => {
    const files = programs.filter(({ page }) => typed.includes(page)).map((program) => `${fileOf(program)}.mts`);
    expect(files.length).toBeGreaterThan(20);
    const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "--types", "node"];
    const { stdout } = tsc([...strict, "--moduleDetection", "force", ...files], folder);
    expect(stdout).toBe("");
  });

  for (const program of programs) {
    const { page, line, output, notRun } = program;
    const title = `${page}:${line}`;
    if (notRun !== undefined) {
      it.skip(`${title} (not run: ${notRun})`, () => {});
      continue;
    }
    it(`${title} runs${output.length > 0 ? " and prints what the page says" : ""}`, () => {
      const cwd = mkdtempSync(join(folder, "program-"));
      const code = readFileSync(join(folder, "plain", `${fileOf(program)}.mjs`), "utf8");
      writeFileSync(join(cwd, "program.mjs"), code.replaceAll("http://127.0.0.1:4318", server.url ?? ""));
      const env = { ...process.env, NO_COLOR: "1", TZ: "UTC" };
      const result = spawnSync(process.execPath, ["program.mjs"], { cwd, env, encoding: "utf8", timeout: 30_000 });
      const said = `${result.stdout}\n${result.stderr}`;
      expect(result.status, said).toBe(0);
      expect(missingLine(output, said), said).toBeUndefined();
    });
  }
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ServerProcess, startServer } from "@taffrail/experiments";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Commands that other suites run, with where. */
const elsewhere: Readonly<Record<string, string>> = {
  "npm start": "tests/prove/fresh-start.proof.mjs",
  "npm test": "this run",
  "npm run check": "the check suite",
  "npm run gen": "the check suite, with --check",
  "npx tsc -b --watch tsconfig.build.json": "it never ends; the build is its other half",
  "npx vitest --project unit packages/query": "the unit suite",
};
const acceptable: Readonly<Record<string, readonly number[]>> = { doctor: [0, 1], "prove -- --list": [0] };

function pages(): string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".md"),
  );
  return ["README.md", "CONTRIBUTING.md", ...docs.map((path) => `docs/${path}`)];
}

/** The lines of a page's `sh` blocks, without their trailing remarks. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((match) => (match[1] ?? "").split("\n"))
    .map((line) => line.replace(/\s+#\s.*$/, "").trim())
    .filter((line) => line !== "");
}

const commands = pages().flatMap((page) => commandsOf(page).map((command) => ({ page, command })));

describe("every command in the docs", () => {
  const folder = mkdtempSync(join(tmpdir(), "taffrail-docs-"));
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServer({ command: join(root, "apps/cli/bin/taffrail.mjs"), dataDir: join(folder, "data") });
    expect(server.url, server.stderr()).toBeDefined();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(commands.filter(({ command }) => !(command in elsewhere)))("$page: $command", ({ command }) => {
    const url = server.url ?? "";
    const bounded = command
      .replaceAll("http://127.0.0.1:4318", url)
      .replace(/^npx taffrail tail (?!--for)/, "npx taffrail tail --for 2s ")
      .replace(/ship (?!--once)(.*) \S+$/, "ship --once $1 tests/acceptance/testdata/shop.access.log");
    const env = { ...process.env, TAFFRAIL_URL: url, XDG_STATE_HOME: folder };
    const result = spawnSync("sh", ["-c", bounded], { cwd: root, env, encoding: "utf8", timeout: 60_000 });
    const codes = Object.entries(acceptable).find(([name]) => command.includes(name))?.[1] ?? [0];
    expect(codes, `${bounded}\n${result.stdout}${result.stderr}`).toContain(result.status);
  });

  it("README's program logs what the README says", async () => {
    const url = server.url ?? "";
    const program = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ?? "";
    const code = program.replaceAll("http://127.0.0.1:4318", url);
    const result = spawnSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root, encoding: "utf8" });
    expect(result.stderr).toBe("");
    const question = new URLSearchParams({ query: "service:checkout requestId:r-17", since: "5m", order: "oldest" });
    await vi.waitFor(async () => {
      const answer = await fetch(`${url}/api/v1/logs/search?${question}`);
      const { records } = (await answer.json()) as { records: readonly { body: string; attributes: object }[] };
      expect(records).toMatchObject([
        { body: "order placed", attributes: { orderId: 42, total: 99.5 } },
        { body: "card declined", attributes: { "exception.type": "Error" } },
      ]);
    }, 10_000);
  });
});

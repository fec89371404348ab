import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const sources = fileURLToPath(new URL("..", import.meta.url));
const built = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Modules of Node.js that a program has loaded at its end. */
function loadedBy(program: string): string[] {
  const list = "process.stdout.write(JSON.stringify(process.moduleLoadList))";
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", `${program}\n${list}`], {
    encoding: "utf8",
  });
  return JSON.parse(out) as string[];
}

describe("the import of all sinks and formatters", () => {
  it("loads no module of the network, of compression or of threads", () => {
    const before = new Set(loadedBy('await import("node:fs/promises");'));
    const files = ["sinks", "formats"].flatMap((folder) =>
      readdirSync(sources + folder)
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
        .map((name) => `await import(${JSON.stringify(`${built}${folder}/${name.replace(/ts$/, "js")}`)});`),
    );
    expect(files.length).toBeGreaterThan(10);
    const added = loadedBy(files.join("\n")).filter((name) => !before.has(name));
    const heavy =
      /^NativeModule (_?http|https|http2|zlib|net|tls|_tls|tty|dgram|worker_threads|child_process|crypto|stream\/promises)/;
    expect(added.filter((name) => heavy.test(name))).toEqual([]);
  });
});

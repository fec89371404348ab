import { describe, expect, it } from "vitest";
import { blobSize, fileLength, functionLength, markdown, packageLayers, serverImports, words } from "./rules.mjs";

const paths = new Set(["docs/a.md", "README.md"]);

describe("tidy", () => {
  it("finds a file over the limit and passes one at it", () => {
    expect(fileLength({ path: "a.ts", text: "x\n".repeat(400) })).toHaveLength(1);
    expect(fileLength({ path: "a.ts", text: "x\n".repeat(399) })).toEqual([]);
  });

  it("finds a function of more than 60 lines, methods and arrows too", () => {
    const body = "  x();\n".repeat(60);
    expect(functionLength({ path: "a.ts", text: `export function f(): void {\n${body}}\n` })).toHaveLength(1);
    expect(functionLength({ path: "a.ts", text: `const f = (a: number): void => {\n${body}};\n` })).toHaveLength(1);
    expect(
      functionLength({ path: "a.ts", text: `class A {\n  f(): void {\n${body.replaceAll("  x", "    x")}  }\n}\n` }),
    ).toHaveLength(1);
    expect(functionLength({ path: "a.ts", text: `function f(): void {\n${"  x();\n".repeat(58)}}\n` })).toEqual([]);
    const short = `  f(): void {\n${"    x();\n".repeat(40)}  },\n`;
    expect(functionLength({ path: "a.ts", text: `export const a = {\n${short}${short}};\n` })).toEqual([]);
  });

  it("names banned words with what to do instead", () => {
    const text = ["// TO", "DO later\nconst a = b as a", "ny;"].join("");
    expect(words({ path: "a.ts", text }).map(({ line }) => line)).toEqual([1, 2]);
  });

  it("refuses a dependency against the layers, and a workspace it does not know", () => {
    const text = JSON.stringify({ dependencies: { "@taffrail/server": "1" } });
    expect(packageLayers({ path: "packages/query/package.json", text })).toHaveLength(1);
    expect(packageLayers({ path: "apps/cli/package.json", text })).toEqual([]);
    expect(packageLayers({ path: "packages/new/package.json", text })).toHaveLength(1);
  });

  it("refuses an import against the server's folder rules", () => {
    const text = 'import { x } from "../engine/engine.ts";\n';
    expect(serverImports({ path: "apps/server/src/journal/a.ts", text })).toHaveLength(1);
    expect(serverImports({ path: "apps/server/src/store/a.ts", text })).toEqual([]);
  });

  it("wants one title and links that lead somewhere", () => {
    expect(
      markdown({ path: "docs/b.md", text: "# A\n[x](a.md) [y](../README.md#z) [w](https://example.org)\n" }, paths),
    ).toEqual([]);
    expect(markdown({ path: "docs/b.md", text: "# A\n# B\n[x](gone.md)\n" }, paths)).toHaveLength(2);
    expect(markdown({ path: "docs/b.md", text: "# A\n```\n# not a title\n```\n" }, paths)).toEqual([]);
  });

  it("refuses a large blob", () => {
    expect(blobSize({ path: "a.png", bytes: 300_000 })).toHaveLength(1);
    expect(blobSize({ path: "package-lock.json", bytes: 300_000 })).toEqual([]);
  });
});

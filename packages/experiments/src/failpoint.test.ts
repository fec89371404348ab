import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createFailpoint, parseFailpoints } from "./failpoint.ts";

describe("failpoints", () => {
  it("fires at the named hit only", () => {
    const failpoint = createFailpoint("a.b:throw@2");
    failpoint("a.b");
    failpoint("other");
    expect(() => failpoint("a.b")).toThrow("failpoint a.b");
    failpoint("a.b");
  });

  it("fires at every hit without a number, and never when unarmed", () => {
    const failpoint = createFailpoint("a:throw");
    expect(() => failpoint("a")).toThrow();
    expect(() => failpoint("a")).toThrow();
    createFailpoint("")("a");
  });

  it("kills the process on the spot", () => {
    const url = new URL("../dist/failpoint.js", import.meta.url);
    const code = `import { createFailpoint } from ${JSON.stringify(url.href)}; createFailpoint("a:kill")("a"); console.log("alive");`;
    const result = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
    expect([result.signal, result.stdout]).toEqual(["SIGKILL", ""]);
  });

  it("refuses what it does not understand", () => {
    for (const text of ["a", "a:explode", "a:throw@x", ":kill"])
      expect(() => parseFailpoints(text)).toThrow("failpoint");
  });
});

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";

const library = new URL("../../dist/index.js", import.meta.url);
beforeAll(() => {
  if (!existsSync(fileURLToPath(library))) throw new Error("run npx tsc -b packages/taffrail");
});

/** What a process prints that logs once, to a sink that refuses two times, and then ends by itself. */
function printedWith(options: object): Promise<string> {
  const program = `
    import { createLogger } from ${JSON.stringify(library.href)};
    let refusals = 2;
    const sink = {
      manifest: { name: "stubborn", kind: "sink", apiVersion: 1 },
      write: async (batch) => {
        if (refusals-- > 0) return { outcome: "retry", reason: "not yet" };
        process.stdout.write(batch.text());
        return { outcome: "ok" };
      },
      close: async () => {},
    };
    createLogger({ sinks: [sink], onProblem() {}, ...${JSON.stringify(options)} }).info("at last");
  `;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
    });
    child.on("error", reject).on("close", () => resolve(printed));
  });
}

it("exitTimeoutMs: the end of the process waits that long for a sink that fails", async () => {
  expect(await printedWith({ exitTimeoutMs: 30_000 })).toContain("at last");
  expect(await printedWith({ exitTimeoutMs: 0 })).toBe("");
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { catalogue, type ErrorCode } from "./catalogue.ts";
import { TaffrailError } from "./taffrail-error.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

function sources(): string {
  const folders = readdirSync(join(root, "packages")).map((name) => `packages/${name}/src`);
  return [...folders, "apps/server/src", "apps/cli/src"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
    )
    .filter(
      (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.startsWith("packages/contracts/src/errors"),
    )
    .map((path) => readFileSync(join(root, path), "utf8"))
    .join("\n");
}

describe("the error catalogue", () => {
  it("fills placeholders in message and remedy, and leaves unknown ones alone", () => {
    const error = new TaffrailError("ingest_busy", { limit: 10, retryAfter: 2 });
    expect([error.message, error.remedy, error.status]).toEqual([
      "The journal is at the limit of 10 bytes that holds for this sender now.",
      "Retry after 2 seconds.",
      429,
    ]);
    expect(new TaffrailError("ingest_busy").message).toContain("{limit}");
  });

  it("travels as JSON with code, message, remedy and details, never with its cause", () => {
    const error = new TaffrailError("not_found", { method: "GET", path: "/x" }, new Error("secret"));
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: "not_found",
      message: "There is nothing at GET /x.",
      remedy: catalogue.not_found.remedy,
      details: { method: "GET", path: "/x" },
    });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("has no code that nothing uses, and none with an odd shape", () => {
    const text = sources();
    for (const code of Object.keys(catalogue) as ErrorCode[]) {
      expect(code).toMatch(/^[a-z][a-z0-9_]+$/);
      expect(text.includes(`"${code}"`) || text.includes(`${code}:`), `${code} is used nowhere`).toBe(true);
      expect(catalogue[code].status).toBeGreaterThanOrEqual(400);
    }
  });
});

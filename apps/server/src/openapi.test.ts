import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openapiDocument } from "./openapi.ts";
import { serverVersion } from "./version.ts";

describe("the OpenAPI file", () => {
  const document = openapiDocument(serverVersion);

  it("in the reference is the one of this route table; `npm run gen` writes it", () => {
    const file = new URL("../../../docs/reference/openapi.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(document);
  });

  it("is the same whenever it is made", () => {
    expect(JSON.stringify(openapiDocument(serverVersion))).toBe(JSON.stringify(document));
  });

  it("has no reference that leads nowhere", () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(document).toHaveProperty(["components", "schemas", name ?? ""]);
  });
});

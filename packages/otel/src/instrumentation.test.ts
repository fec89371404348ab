import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPackageLoader, loadInstrumentations } from "./instrumentation.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taffrail-otel-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a package where an application would have it. */
function install(name: string, code: string): void {
  const place = join(folder, "node_modules", name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "index.js"), code);
}

describe("instrumentation packages", () => {
  it("are loaded from the application's folder, all at once", () => {
    install(
      "@opentelemetry/auto-instrumentations-node",
      "exports.getNodeAutoInstrumentations = () => [{ name: 'one' }, { name: 'two' }];",
    );
    expect(loadInstrumentations(true, createPackageLoader(folder))).toEqual([{ name: "one" }, { name: "two" }]);
  });

  it("are loaded by short or full name", () => {
    install("@opentelemetry/instrumentation-thing", "exports.ThingInstrumentation = class ThingInstrumentation {};");
    install(
      "@acme/wire",
      "exports.Config = class Config {}; exports.WireInstrumentation = class WireInstrumentation {};",
    );
    const loaded = loadInstrumentations(["thing", "@acme/wire"], createPackageLoader(folder));
    expect(loaded.map((instrumentation) => instrumentation.constructor.name)).toEqual([
      "ThingInstrumentation",
      "WireInstrumentation",
    ]);
  });

  it("are looked for beside this package when the application has none", () => {
    const [http] = loadInstrumentations(["http"], createPackageLoader(folder));
    http?.disable();
    expect(http?.constructor.name).toBe("HttpInstrumentation");
  });

  it("are not loaded when nobody asks", () => {
    expect(loadInstrumentations(false, () => expect.fail("loaded"))).toEqual([]);
    const own = { enable() {}, disable() {}, setTracerProvider() {}, setMeterProvider() {} };
    expect(loadInstrumentations([own], () => expect.fail("loaded"))).toEqual([own]);
  });

  it("that break while loading tell why", () => {
    install("@opentelemetry/instrumentation-broken", "throw new Error('wrong Node');");
    expect(() => loadInstrumentations(["broken"], createPackageLoader(folder))).toThrow(
      expect.objectContaining({
        code: "instrumentation_missing",
        cause: expect.objectContaining({ message: "wrong Node" }),
      }),
    );
  });
});

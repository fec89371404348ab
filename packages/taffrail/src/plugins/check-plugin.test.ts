import { pluginApiVersion, type StandardSchema, TaffrailError } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { checkPlugin, type PluginPolicy } from "./check-plugin.ts";
import { checkPluginOptions } from "./check-plugin-options.ts";

const manifest = { name: "geo", kind: "enricher", apiVersion: pluginApiVersion };
const good = { manifest, enrich: () => undefined };

function refusalOf(plugin: unknown, policy: PluginPolicy = {}): { code: string; message: string } | undefined {
  try {
    checkPlugin(plugin, { where: "plugins[0]", kinds: ["filter", "enricher", "processor", "redactor"], policy });
    return undefined;
  } catch (error) {
    if (!(error instanceof TaffrailError)) throw error;
    return { code: error.code, message: error.message };
  }
}

describe("checkPlugin", () => {
  it("takes a whole plugin of each kind, without running it", () => {
    const never = (): never => {
      throw new Error("was run");
    };
    const members = { sink: { write: never, close: never }, filter: { keep: never }, enricher: { constants: {} } };
    const others = { redactor: { text: never }, processor: { process: never }, formatter: { format: never } };
    for (const [kind, each] of Object.entries({ ...members, ...others })) {
      const kinds = ["sink", "filter", "enricher", "redactor", "processor", "formatter"] as const;
      checkPlugin({ manifest: { ...manifest, kind }, ...each, start: never }, { where: "here", kinds });
    }
  });

  it.each<[unknown, string, string]>([
    [undefined, "plugin_invalid", "Plugin plugins[0] is not valid: it must be an object"],
    ["geo", "plugin_invalid", "it must be an object"],
    [{ enrich: good.enrich }, "plugin_invalid", "it has no manifest"],
    [{ ...good, manifest: { ...manifest, name: "Geo IP" } }, "plugin_invalid", "manifest.name"],
    [{ ...good, manifest: { ...manifest, name: undefined } }, "plugin_invalid", "manifest.name"],
    [{ ...good, manifest: { ...manifest, kind: "gadget" } }, "plugin_invalid", "must be one of sink, filter"],
    [{ ...good, manifest: { ...manifest, apiVersion: 2 } }, "plugin_version", "Plugin geo wants contract version 2"],
    [{ ...good, manifest: { ...manifest, apiVersion: "1" } }, "plugin_version", "wants contract version 1; this is 1"],
    [{ ...good, manifest: { ...manifest, apiVersion: undefined } }, "plugin_version", "version undefined"],
    [{ ...good, manifest: { ...manifest, failMode: "ajar" } }, "plugin_invalid", "manifest.failMode"],
    [{ manifest }, "plugin_invalid", "Plugin geo is not valid: an enricher needs enrich or constants"],
    [{ manifest: { ...manifest, kind: "filter" } }, "plugin_invalid", "a filter needs keep"],
    [{ ...good, enrich: "yes" }, "plugin_invalid", "enrich must be a function"],
    [{ ...good, close: true }, "plugin_invalid", "close must be a function"],
    [{ ...good, constants: "web-1" }, "plugin_invalid", "constants must be an object"],
    [
      { manifest: { ...manifest, kind: "sink" }, write() {}, close() {} },
      "plugin_invalid",
      "a sink cannot stand in plugins[0]; expected: filter",
    ],
  ])("refuses %j", (plugin, code, part) => {
    const refusal = refusalOf(plugin);
    expect(refusal?.code).toBe(code);
    expect(refusal?.message).toContain(part);
  });

  it("refuses a plugin that a list denies or does not allow", () => {
    expect(refusalOf(good, { allow: ["geo"], deny: ["other"] })).toBeUndefined();
    expect(refusalOf(good, { deny: ["geo"] })).toMatchObject({
      code: "plugin_denied",
      message: "Plugin geo may not be used: denyPlugins names it.",
    });
    expect(refusalOf(good, { allow: ["geo"], deny: ["geo"] })?.code).toBe("plugin_denied");
    expect(refusalOf(good, { allow: [] })?.message).toContain("allowPlugins does not name it");
  });
});

describe("checkPluginOptions", () => {
  const schemaOf = (validate: StandardSchema["~standard"]["validate"]): StandardSchema => ({
    "~standard": { version: 1, vendor: "test", validate },
  });

  it("gives the options as the schema makes them", () => {
    const schema = schemaOf((value) => ({ value: { size: 10, ...(value as object) } }));
    expect(checkPluginOptions("ring", schema, { name: "a" })).toEqual({ size: 10, name: "a" });
  });

  it("names the path of what is wrong, and says all of it", () => {
    const path = ["retry", { key: "times" }, 0];
    const issues = [{ message: "must be positive", path }, { message: "is unknown", path: ["x"] }, { message: "no" }];
    const schema = schemaOf(() => ({ issues }));
    expect(() => checkPluginOptions("ring", schema, {})).toThrow(
      "ring: option retry.times.0 is not valid: must be positive; x: is unknown; options: no.",
    );
  });

  it("refuses a schema that answers later, and survives its rejection", () => {
    const schema = schemaOf(() => Promise.reject(new Error("late")));
    expect(() => checkPluginOptions("ring", schema, {})).toThrow("their schema is asynchronous");
  });
});

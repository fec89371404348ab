import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { configDefinitions } from "./definitions.ts";

const read = (flags: object = {}, env: Record<string, string> = {}) =>
  readConfig({ flags, env: { HOME: "/h", ...env } });
const refusal = (key: string, reason: RegExp) =>
  expect.objectContaining({ code: "config_invalid", details: { key, reason: expect.stringMatching(reason) } });

describe("start-up options", () => {
  it("have defaults", () => {
    expect(read()).toMatchObject({
      listen: { hosts: ["127.0.0.1", "::1"], port: 4318 },
      settingsUrl: undefined,
      logLevel: "info",
      logFormat: "auto",
      drainTimeoutMs: 10_000,
    });
    expect(read().dataDir).toMatch(/^\/.*\.local\/share\/taffrail$/);
    expect(read({}, { XDG_DATA_HOME: "/x" }).dataDir).toBe("/x/taffrail");
    expect(read({}, { XDG_DATA_HOME: "relative" }).dataDir).toMatch(/\.local\/share/);
  });

  it.each(configDefinitions.map((definition) => [definition.key, definition.variable] as const))(
    "%s comes from its variable, and a flag wins",
    (key, variable) => {
      const values: Record<string, readonly [string, string, unknown, unknown, string]> = {
        listen: ["127.0.0.1:1", "[::1]:2", { hosts: ["127.0.0.1"], port: 1 }, { hosts: ["::1"], port: 2 }, "listen"],
        data: ["/a", "/b", "/a", "/b", "dataDir"],
        settingsUrl: ["postgres://a/b", "postgresql://c/d", "postgres://a/b", "postgresql://c/d", "settingsUrl"],
        logLevel: ["debug", "warn", "debug", "warn", "logLevel"],
        logFormat: ["json", "pretty", "json", "pretty", "logFormat"],
        drainTimeout: ["1", "2.5", 1000, 2500, "drainTimeoutMs"],
      };
      const [fromEnv, fromFlag, ofEnv, ofFlag, field = ""] = values[key] ?? [];
      expect(read({}, { [variable]: String(fromEnv) })).toHaveProperty(field, ofEnv);
      expect(read({ [key]: fromFlag }, { [variable]: String(fromEnv) })).toHaveProperty(field, ofFlag);
    },
  );

  it.each([
    ["localhost:0", ["127.0.0.1", "::1"], 0],
    [":4318", ["127.0.0.1", "::1"], 4318],
    ["4318", ["127.0.0.1", "::1"], 4318],
    ["127.0.0.2:80", ["127.0.0.2"], 80],
    ["[::1]:4318", ["::1"], 4318],
  ])("listens at %s", (listen, hosts, port) => {
    expect(read({ listen }).listen).toEqual({ hosts, port });
  });

  it.each(["0.0.0.0:4318", "[::]:4318", "192.168.1.1:1", "example.com:80", "[fe80::1]:1"])(
    "refuses %s without login",
    (listen) => {
      expect(() => read({ listen })).toThrowError(expect.objectContaining({ code: "listen_needs_login" }));
    },
  );

  it.each([
    ["listen", "localhost", /HOST:PORT/],
    ["listen", "localhost:99999", /HOST:PORT/],
    ["listen", "::1:4318", /HOST:PORT/],
    ["data", "", /empty/],
    ["settingsUrl", "mysql://x", /postgres/],
    ["logLevel", "loud", /trace, debug/],
    ["logFormat", "xml", /auto, pretty, json/],
    ["drainTimeout", "soon", /seconds/],
    ["drainTimeout", "100000", /600/],
    ["colour", "red", /unknown/],
  ])("refuses %s = %j", (key, value, reason) => {
    expect(() => read({ [key]: value })).toThrowError(refusal(key, reason));
  });

  it("refuses a misspelt variable and leaves other parts' variables alone", () => {
    expect(() => read({}, { TAFFRAIL_LISTN: "x" })).toThrowError(refusal("TAFFRAIL_LISTN", /TAFFRAIL_LISTEN/));
    expect(read({}, { TAFFRAIL_FAILPOINTS: "", TAFFRAIL_SERVICE: "shop" }).logLevel).toBe("info");
  });

  it("never puts a password into the error", () => {
    const failure = (() => {
      try {
        return read({ settingsUrl: "mysql://user:secretword@host" });
      } catch (error) {
        return error;
      }
    })();
    expect(JSON.stringify(failure)).not.toContain("secretword");
  });
});

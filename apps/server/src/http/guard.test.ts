import { describe, expect, it } from "vitest";
import { guardFault } from "./guard.ts";

function fault(headers: Readonly<Record<string, string>>, method = "GET"): string {
  const full: Record<string, string> = { host: "127.0.0.1:4318", ...headers };
  const rawHeaders = Object.entries(full).flat();
  return guardFault({ method, headers: full, rawHeaders, localPort: 4318 })?.code ?? "passes";
}

describe("the guards", () => {
  it.each(["127.0.0.1:4318", "localhost:4318", "LOCALHOST:4318", "[::1]:4318", "127.0.0.9:4318"])(
    "let Host %s pass",
    (host) => {
      expect(fault({ host })).toBe("passes");
    },
  );

  it.each([
    "evil.example",
    "evil.example:4318",
    "127.0.0.1",
    "127.0.0.1:80",
    "localhost.evil.example:4318",
    "localhost.:4318",
    "app.localhost:4318",
    "127.0.0.1.nip.io:4318",
    "0.0.0.0:4318",
    "192.168.1.5:4318",
    "[::]:4318",
    "::1:4318",
    "2130706433:4318",
    "127.1:4318",
    "user@localhost:4318",
    "",
  ])("refuse Host %j", (host) => {
    expect(fault({ host })).toBe("foreign_host");
  });

  it("refuse a request with two Host headers", () => {
    const rawHeaders = ["Host", "127.0.0.1:4318", "host", "evil.example"];
    expect(guardFault({ method: "GET", headers: { host: "127.0.0.1:4318" }, rawHeaders, localPort: 4318 })?.code).toBe(
      "foreign_host",
    );
  });

  it.each(["http://127.0.0.1:4318", "http://localhost:4318", "http://[::1]:4318"])("let Origin %s pass", (origin) => {
    expect(fault({ origin })).toBe("passes");
    expect(fault({ origin, "sec-fetch-site": "same-origin" }, "POST")).toBe("passes");
  });

  it.each([
    "http://evil.example",
    "https://localhost:4318",
    "http://localhost:3000",
    "http://localhost",
    "null",
    "",
    "http://localhost:4318.evil.example",
    "http://evil.example#http://localhost:4318",
    "http://localhost:4318/",
  ])("refuse Origin %j", (origin) => {
    expect(fault({ origin })).toBe("foreign_origin");
  });

  it.each([
    ["no browser", {}, "POST", "passes"],
    ["own page", { "sec-fetch-site": "same-origin" }, "PUT", "passes"],
    ["typed address", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, "GET", "passes"],
    ["other site, read", { "sec-fetch-site": "cross-site" }, "GET", "foreign_origin"],
    ["other site, visit", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, "GET", "foreign_origin"],
    ["other site, write", { "sec-fetch-site": "cross-site" }, "POST", "foreign_origin"],
    ["other port, visit", { "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" }, "GET", "passes"],
    ["other port, read", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }, "GET", "foreign_origin"],
    ["other port, form", { "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" }, "POST", "foreign_origin"],
    ["no page, write", { "sec-fetch-site": "none" }, "POST", "foreign_origin"],
    ["odd value", { "sec-fetch-site": "odd" }, "GET", "foreign_origin"],
  ] as const)("judge %s", (_name, headers, method, verdict) => {
    expect(fault(headers, method)).toBe(verdict);
  });
});

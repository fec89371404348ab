import { pluginApiVersion, type Redactor } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { createRedaction } from "./compile.ts";
import type { RedactOptions } from "./options.ts";

const mask = { action: "mask", text: "[redacted]" };
const keep = { action: "keep" };
const placeOf = (options: RedactOptions, path: string) => createRedaction(options, []).place(path.split("."));
const textOf = (options: RedactOptions, text: string) => createRedaction(options, []).text?.(text);
const redactor = (parts: Partial<Redactor>, name = "own"): Redactor => ({
  manifest: { name, kind: "redactor", apiVersion: pluginApiVersion },
  ...parts,
});

describe("places", () => {
  it.each([
    ["user.email", "user.email"],
    ["user.email", "user.eMail"],
    ["*.token2x", "a.token2x"],
    ["**.hidden", "a.b.c.hidden"],
    ["**.hidden", "hidden"],
    ["items[*].note", "items.*.note"],
    ["user", "user.anything.below"],
    ['h["x.y"].z', "h.x.y.z"],
  ])("path %s hides %s", (path, place) => {
    const steps = place === "h.x.y.z" ? ["h", "x.y", "z"] : place.split(".");
    expect(createRedaction({ paths: [path] }, []).place(steps)).toEqual(mask);
  });

  it("leaves other paths", () => {
    for (const place of ["user", "user.name", "other.email", "a.user.email"]) {
      expect(placeOf({ paths: ["user.email"] }, place)).toEqual(keep);
    }
  });

  it("hides keys at any depth, however they are written", () => {
    for (const key of ["shoeSize", "shoe_size", "SHOE-SIZE", "a.b.shoesize"]) {
      expect(placeOf({ keys: ["shoeSize"] }, key)).toEqual(mask);
    }
    expect(placeOf({ keys: ["shoeSize"] }, "size")).toEqual(keep);
  });

  it("hides credentials by default, in whole words only", () => {
    for (const key of [
      "password",
      "userPassword",
      "API-KEY",
      "req.headers.authorization",
      "set-cookie",
      "accesstoken",
      "authorization_code",
    ]) {
      expect(placeOf({}, key), key).toEqual(mask);
    }
    for (const key of "authors mailing_address_id tokens_used max_tokens passwordless secretary pinned keyboard tokenType has_password".split(
      " ",
    )) {
      expect(placeOf({ presets: ["gdpr", "hipaa", "pci-dss", "ccpa"] }, key), key).toEqual(keep);
    }
  });

  it("adds presets to the default, and leaves it out only when told to", () => {
    expect(placeOf({ presets: ["pci-dss"] }, "password")).toEqual(mask);
    expect(placeOf({ presets: ["pci-dss"] }, "cvv")).toEqual(mask);
    expect(placeOf({ defaults: false }, "password")).toEqual(keep);
    expect(createRedaction({ defaults: false }, []).text).toBe(undefined);
    expect(createRedaction(false, []).place(["password"])).toEqual(keep);
  });

  it("keeps places out of presets, not out of other rules", () => {
    expect(placeOf({ keep: ["form.token"] }, "form.token")).toEqual(keep);
    expect(placeOf({ keep: ["form.token"] }, "form.Token")).toEqual(mask);
    expect(placeOf({ keep: ["form.token"], keys: ["token"] }, "form.token")).toEqual(mask);
  });

  it("shows allowed places only", () => {
    const options = { allow: ["user.id", "items[*].sku", "user.password"] };
    expect(placeOf(options, "user.id")).toEqual(keep);
    expect(placeOf(options, "user")).toEqual({ action: "inside", text: "[redacted]" });
    expect(placeOf(options, "items.*.sku")).toEqual(keep);
    expect(placeOf(options, "user.name")).toEqual(mask);
    expect(placeOf(options, "total")).toEqual(mask);
    expect(placeOf(options, "user.password")).toEqual(mask);
  });
});

describe("actions", () => {
  const hashKey = "0123456789abcdef";
  const apply = (options: RedactOptions, value: unknown): unknown => {
    const verdict = placeOf(options, "secret2x");
    return verdict.action === "replace" ? verdict.apply(value) : verdict;
  };

  it("drops, hashes, shows the last four", () => {
    const with_ = (action: "drop" | "hash" | "last4"): RedactOptions => ({
      keys: [{ key: "secret2x", action }],
      hashKey,
    });
    expect(apply(with_("drop"), "x")).toEqual({ action: "drop" });
    expect(apply(with_("last4"), "4111 1111 1111 1234")).toBe("[redacted]1234");
    expect(apply(with_("last4"), "short")).toBe("[redacted]");
    expect(apply(with_("hash"), "a")).toMatch(/^hash:[0-9a-f]{16}$/);
    expect(apply(with_("hash"), "a")).toBe(apply(with_("hash"), "a"));
    expect(apply(with_("hash"), "a")).not.toBe(apply({ ...with_("hash"), hashKey: `${hashKey}x` }, "a"));
    expect(apply(with_("hash"), { a: 1 })).toBe("[redacted]");
  });

  it("uses the text, and the action of a detector", () => {
    expect(textOf({ presets: ["credentials"], text: "***" }, "password=x")).toBe("password=***");
    expect(textOf({ detect: [{ detect: "card", action: "last4" }] }, "4111111111111111!")).toBe("[redacted]1111!");
    expect(textOf({ presets: ["credentials"], action: "drop" }, "pwd=x!")).toBe("pwd=");
  });

  it("covers long numbers that are cards, and no others", () => {
    const { number } = createRedaction({ presets: ["pci-dss"] }, []);
    expect(number?.(4111111111111111)).toBe("[redacted]");
    expect(number?.(4111111111111111n)).toBe("[redacted]");
    expect(number?.(1763815087123)).toBe(undefined);
  });
});

describe("options", () => {
  it("finds tokens of letters only behind a dot", () => {
    const token = `hv${"s."}${"jvmeIjamDHbwaJTBdCHEVciX"}`;
    for (const text of [token, `got ${token}, thanks`]) {
      expect(createRedaction({ presets: ["credentials"] }, []).text?.(text)).not.toContain("jvmeIjam");
    }
  });

  it("looks into texts only where it is asked for", () => {
    expect(createRedaction({}, []).text).toBeUndefined();
    expect(createRedaction({ presets: ["credentials"] }, []).text?.("password=x")).toBe("password=[redacted]");
  });

  it.each([
    [{ paths: ["a..b"] }, "paths"],
    [{ paths: ["items[0]"] }, "paths"],
    [{ keys: ["--"] }, "keys"],
    [{ keys: [{ key: "a", action: "burn" }] }, "keys"],
    [{ keys: [{ key: "a", extra: 1 }] }, "keys"],
    [{ presets: ["sox"] }, "presets"],
    [{ detect: ["everything"] }, "detect"],
    [{ allow: "user" }, "allow"],
    [{ keep: [""] }, "keep"],
    [{ action: "hash" }, "hashKey"],
    [{ hashKey: "short" }, "hashKey"],
    [{ text: "" }, "text"],
    [{ defaults: "no" }, "defaults"],
    [{ timeLimitMs: 0 }, "timeLimitMs"],
    [{ mask: "x" }, "mask"],
  ])("refuses %j and names %s", (options, key) => {
    expect(() => createRedaction(options as RedactOptions, [])).toThrow(new RegExp(`option ${key} `));
  });

  it("updates whole or not at all", () => {
    const redaction = createRedaction({ keys: ["one"] }, []);
    expect(redaction.version).toBe(1);
    expect(() => redaction.update({ keys: ["two"], action: "hash" })).toThrow(/hashKey/);
    expect([redaction.version, redaction.place(["one"]), redaction.place(["two"])]).toEqual([1, mask, keep]);
    redaction.update({ keys: ["two"] });
    expect([redaction.version, redaction.place(["one"]), redaction.place(["two"])]).toEqual([2, keep, mask]);
    redaction.update(false);
    expect(redaction.text).toBe(undefined);
  });
});

describe("failing closed", () => {
  it("masks a text that takes too long or is too long", () => {
    let now = 0;
    const slow = createRedaction({ presets: ["credentials"], timeLimitMs: 5 }, [], { now: () => (now += 10) });
    expect(slow.text?.(`password=x ${"a".repeat(4000)}`)).toBe("[redacted]");
    expect(slow.text?.("a:1 ".repeat(100_000))).toBe("[redacted]");
    expect(slow.stats().wholeTexts).toEqual({ time: 1, length: 1 });
  });

  it("lets the strictest of several redactors win, and masks what they fail on", () => {
    const fail = () => {
      throw new Error("no");
    };
    const dropping = redactor({ place: (path) => ({ action: path.includes("gone") ? "drop" : "keep" }) });
    const failing = redactor({ place: (path) => (path.includes("odd") ? fail() : { action: "keep" }) }, "failing");
    const junk = redactor({ place: () => ({ action: "nothing" }) as never }, "junk");
    expect(createRedaction({}, [dropping]).place(["gone"])).toEqual({ action: "drop" });
    expect(createRedaction({}, [dropping, failing]).place(["odd"])).toEqual(mask);
    expect(createRedaction({}, [dropping]).place(["password"])).toEqual(mask);
    const redaction = createRedaction(false, [junk]);
    expect(redaction.place(["a"])).toEqual(mask);
    expect(redaction.stats().failures).toEqual({ junk: 1 });
  });

  it("isolates texts and replacements of redactors", () => {
    const throwing = redactor({
      place: () => ({ action: "replace", apply: () => 5 as never }),
      text: (text) => (text === "bad" ? (undefined as never) : `${text}!`),
    });
    const redaction = createRedaction({}, [throwing]);
    const verdict = redaction.place(["a"]);
    expect(verdict.action === "replace" ? verdict.apply("x") : "").toBe("[redacted]");
    expect(redaction.text?.("good")).toBe("good!");
    expect(redaction.text?.("bad")).toBe("[redacted]");
    expect(redaction.stats().failures).toEqual({ own: 2 });
  });
});

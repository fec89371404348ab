import { afterEach, describe, expect, it } from "vitest";
import { createRedaction } from "../redact/compile.ts";
import type { RedactOptions } from "../redact/options.ts";
import { openLoggers, recordWith } from "./testdata/open-logger.ts";

const opened = openLoggers();
afterEach(async () => {
  expect(await opened.closeAll()).toEqual([]);
});

/** The record of these fields under these rules. */
const shown = async (redact: RedactOptions, fields: object) => (await recordWith(opened, { redact }, fields)) ?? {};
const gone = "[redacted]";
const card = "4111 1111 1111 1111";
const mail = "ann@example.com";

describe("redact of createLogger", () => {
  it("redact.paths: places, and nothing beside them", async () => {
    const fields = { user: { nick: "ann", kind: "x" }, items: [{ code: 1 }, { code: 2 }] };
    const record = await shown({ paths: ["user.nick", { path: "items[*].code", action: "drop" }] }, fields);
    expect(record).toMatchObject({ user: { nick: gone, kind: "x" }, items: [{}, {}] });
    expect(JSON.stringify(record)).not.toContain("code");
  });

  it("redact.keys: names at any depth, however they are written", async () => {
    const record = await shown(
      { keys: ["nickName"] },
      { a: { b: { nick_name: "ann" } }, NickName: "ann", other: "ann" },
    );
    expect(record).toMatchObject({ a: { b: { nick_name: gone } }, NickName: gone, other: "ann" });
  });

  it("redact.presets: bundles of rules", async () => {
    const fields = { cvv: "123", note: `paid with ${card}` };
    expect(await shown({}, fields)).toMatchObject({ cvv: "123" });
    const record = await shown({ presets: ["pci-dss"] }, fields);
    expect(record.cvv).toBe(gone);
    expect(record.note).not.toContain("4111");
  });

  it("redact.detect: kinds of values wherever they stand", async () => {
    const fields = { note: `write to ${mail}` };
    expect((await shown({}, fields)).note).toContain(mail);
    expect((await shown({ detect: ["email"] }, fields)).note).not.toContain("ann@");
  });

  it("redact.defaults: credentials are masked unless it is false", async () => {
    expect(await shown({}, { password: "hunter2" })).toMatchObject({ password: gone });
    expect(await shown({ defaults: false }, { password: "hunter2" })).toMatchObject({ password: "hunter2" });
  });

  it("redact.allow: shows these places only", async () => {
    const record = await shown({ allow: ["order.id"] }, { order: { id: 7, note: "quiet" }, extra: "quiet" });
    expect(record).toMatchObject({ order: { id: 7 } });
    expect(JSON.stringify(record)).not.toContain("quiet");
  });

  it("redact.keep: places that presets leave alone", async () => {
    expect(await shown({ keep: ["token"] }, { token: "abc", password: "x" })).toMatchObject({
      token: "abc",
      password: gone,
    });
  });

  it("redact.action: what is done where a rule does not say", async () => {
    expect(await shown({ action: "drop" }, { password: "x", a: 1 })).not.toHaveProperty("password");
    expect(await shown({ keys: ["iban"], action: "last4" }, { iban: "DE89370400440532013000" })).toMatchObject({
      iban: expect.stringMatching(/3000$/),
    });
  });

  it("redact.text: what stands instead", async () => {
    expect(await shown({ text: "***" }, { password: "x" })).toMatchObject({ password: "***" });
  });

  it("redact.hashKey: the same key gives the same hash, another gives another", async () => {
    const hash = async (hashKey: string) =>
      (await shown({ keys: ["who"], action: "hash", hashKey }, { who: "ann" })).who;
    const [first, again, other] = [await hash("k".repeat(16)), await hash("k".repeat(16)), await hash("l".repeat(16))];
    expect(first).toBe(again);
    expect(first).not.toBe(other);
    expect(first).not.toContain("ann");
  });

  it("redact.timeLimitMs: a text that takes longer is masked whole", () => {
    const text = `password=x ${"a".repeat(4000)}`;
    const limited = (timeLimitMs: number): string | undefined => {
      let now = 0;
      // A clock on which each look takes 10 ms: no time of this machine decides.
      const slow = (): number => {
        now += 10;
        return now;
      };
      return createRedaction({ presets: ["credentials"], timeLimitMs }, [], { now: slow }).text?.(text);
    };
    expect(limited(5)).toBe(gone);
    expect(limited(10_000)).toContain("aaaa");
  });
});

import { describe, expect, it } from "vitest";
import { createStartStack } from "./start-stack.ts";

describe("the start stack", () => {
  it("stops in the reverse order, goes on after a failure, and does it once", async () => {
    const stack = createStartStack();
    const seen: string[] = [];
    stack.started("first", () => seen.push("first"));
    stack.started("second", async () => {
      throw new Error("stuck");
    });
    stack.started("third", async () => seen.push("third"));
    await stack.stop((name, error) => seen.push(`${name}: ${String(error)}`));
    await stack.stop(() => seen.push("again"));
    expect(seen).toEqual(["third", "second: Error: stuck", "first"]);
  });
});

import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** The parts of Explore as a person finds them: by role and name. */
export const grid = (page: Page): Locator => page.getByRole("grid", { name: "Records" });
export const rows = (page: Page): Locator => grid(page).locator('[role="row"][id]');
export const drawer = (page: Page): Locator => page.getByRole("complementary", { name: "Record" });
export const queryLine = (page: Page): Locator => page.getByRole("combobox", { name: "Query" });
export const cellsOf = (page: Page, column: string): Locator => grid(page).locator(`[data-column="${column}"]`);

/** Waits until the table shows records. */
export async function recordsShown(page: Page): Promise<void> {
  await rows(page).first().waitFor();
}

/** Waits until `read` gives what is expected; fails with the last difference. */
export async function eventually<Value>(
  read: () => Promise<Value>,
  expected: Value | ((value: Value) => boolean),
): Promise<void> {
  await expect
    .poll(read, { timeout: 20_000, interval: 100 })
    .toSatisfy((value: Value) =>
      typeof expected === "function" ? (expected as (value: Value) => boolean)(value) : Object.is(value, expected),
    );
}

/** Whether an element has the focus, itself or within. */
export const holdsFocus = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element.contains(element.ownerDocument.activeElement));

/** The number of records that the page says it found. */
export async function total(page: Page): Promise<number> {
  const text = (await page.locator(".totals").textContent()) ?? "";
  return Number(/^([\d,]+) record/.exec(text.trim())?.[1]?.replaceAll(",", "") ?? "NaN");
}

/** The same once the page says it: the total comes with an answer of its own, which may be later than the records. */
export async function firstTotal(page: Page): Promise<number> {
  await eventually(
    () => total(page),
    (count) => count > 0,
  );
  return total(page);
}

/** The part of the address after `?`, read. */
export function address(page: Page): URLSearchParams {
  return new URL(page.url()).searchParams;
}

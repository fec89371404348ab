import { describe, expect, it } from "vitest";
import {
  address,
  cellsOf,
  drawer,
  eventually,
  firstTotal,
  grid,
  holdsFocus,
  queryLine,
  recordsShown,
  rows,
  total,
} from "./support/explore.ts";
import { noBrowser, pageTest } from "./support/setup.ts";

describe.skipIf(noBrowser)("Explore by keyboard alone", () => {
  const test = pageTest(400);

  it("searches with completion, walks the records, opens one and closes it", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    await page.keyboard.press("/");
    await eventually(() => holdsFocus(queryLine(page)), true);
    await page.keyboard.type("level:>=warn serv");
    await page
      .getByRole("option", { name: /^service / })
      .first()
      .waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("option", { name: /^payments/ }).waitFor();
    await page.keyboard.type("pay");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect((await queryLine(page).inputValue()).trim()).toBe("level:>=warn service:payments");
    await page.keyboard.press("Enter");
    await eventually(async () => address(page).get("query"), "level:>=warn service:payments");
    await eventually(async () => new Set(await cellsOf(page, "service").allTextContents()).size, 1);
    await page.keyboard.press("Escape");
    await eventually(() => holdsFocus(grid(page)), true);
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("k");
    const active = await grid(page).getAttribute("aria-activedescendant");
    expect(active).toBe(await rows(page).first().getAttribute("id"));
    await page.keyboard.press("Enter");
    await drawer(page).waitFor();
    await eventually(() => holdsFocus(drawer(page)), true);
    expect(address(page).get("record")).toMatch(/^\d+@/);
    const first = address(page).get("record");
    await page.keyboard.press("j");
    await eventually(async () => address(page).get("record") !== first, true);
    await page.keyboard.press("Escape");
    await drawer(page).waitFor({ state: "detached" });
    await eventually(() => holdsFocus(grid(page)), true);
  });

  it("changes the time: presets, shift, zoom out", async () => {
    const page = await test.open("/?since=15m");
    await recordsShown(page);
    await page.keyboard.press("d");
    const panel = page.getByRole("dialog", { name: "Time range" });
    await panel.waitFor();
    await eventually(() => holdsFocus(panel.getByRole("button", { name: "Last 15 minutes" })), true);
    for (let presses = 0; presses < 2; presses++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await eventually(async () => address(page).get("since"), "1h");
    await page.keyboard.press("[");
    await eventually(async () => address(page).has("from"), true);
    const from = address(page).get("from");
    await page.keyboard.press("]");
    await eventually(async () => address(page).get("from") !== from, true);
    await page.keyboard.press("z");
    const length = async (): Promise<number> =>
      Date.parse(address(page).get("to") ?? "") - Date.parse(address(page).get("from") ?? "");
    await eventually(length, 2 * 3_600_000);
    await page.keyboard.press("d");
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await eventually(() => page.locator(":focus").getAttribute("aria-haspopup"), "dialog");
  });

  it("zooms in the histogram with arrows and Enter", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    const all = await firstTotal(page);
    await page.getByRole("group", { name: /^Records over time/ }).focus();
    for (let presses = 0; presses < 20; presses++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Enter");
    await eventually(async () => address(page).has("from"), true);
    await eventually(
      () => total(page),
      (count) => count > 0 && count < all,
    );
  });

  it("shows help, and single-character keys can be switched off for good", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys and query language" });
    await help.waitFor();
    await page.keyboard.press("t");
    expect(address(page).has("live")).toBe(false);
    await help.getByRole("checkbox", { name: "Shortcuts of a single character" }).press("Space");
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await page.keyboard.press("t");
    await page.reload();
    await recordsShown(page);
    await page.keyboard.press("t");
    expect(address(page).has("live")).toBe(false);
    await page.keyboard.press("ArrowDown");
    await eventually(async () => (await grid(page).getAttribute("aria-activedescendant")) !== null, true);
    expect(test.complaints).toEqual([]);
  });
});

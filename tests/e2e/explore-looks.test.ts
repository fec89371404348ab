import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { drawer, eventually, queryLine, recordsShown, rows } from "./support/explore.ts";
import { noBrowser, pageTest } from "./support/setup.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serious and critical violations on the page as it stands, one sentence each. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const report = await page.evaluate<AxeResults>(`axe.run({ resultTypes: ["violations"] })`);
  return report.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

const scrollsSideways = (page: Page): Promise<boolean> =>
  page.locator("html").evaluate((html) => html.scrollWidth > html.clientWidth);

describe.skipIf(noBrowser)("Explore: looks", () => {
  const test = pageTest(300);

  it.each(["dark", "light"] as const)("has no serious accessibility violation in %s", async (scheme) => {
    const page = await test.open("/?since=1h&query=level%3A%3E%3Dinfo%20-service%3Acatalog", { scheme });
    await recordsShown(page);
    expect(await violations(page)).toEqual([]);
    await page.locator('.record[data-level="error"], .record').first().click();
    await drawer(page).getByText("Attributes").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("d");
    await page.getByRole("dialog", { name: "Time range" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys and query language" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.press("End");
    await page.keyboard.type(" serv");
    await page.getByRole("listbox").getByRole("option").first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("follows the system's colours until told otherwise, and remembers", async () => {
    const page = await test.open("/?since=1h", { scheme: "light" });
    await recordsShown(page);
    const background = (): Promise<string> =>
      page
        .locator("body")
        .evaluate((body) => String(body.ownerDocument.defaultView?.getComputedStyle(body).backgroundColor));
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    await eventually(background, "rgb(12, 19, 29)");
    await page.getByRole("button", { name: "Colours: as the system" }).click();
    await eventually(background, "rgb(255, 255, 255)");
    await page.reload();
    await recordsShown(page);
    expect(await background()).toBe("rgb(255, 255, 255)");
  });

  it("folds the fields away at 900 px, and covers the table with the record", async () => {
    const page = await test.open("/?since=1h", { width: 900, height: 800 });
    await recordsShown(page);
    expect(await page.getByRole("navigation", { name: "Fields" }).count()).toBe(0);
    await page.getByRole("button", { name: "Fields", exact: true }).click();
    await page.getByRole("navigation", { name: "Fields" }).waitFor();
    await page.getByRole("button", { name: /^Only service payments/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("navigation", { name: "Fields" }).waitFor({ state: "detached" });
    await rows(page).nth(2).click();
    await drawer(page).waitFor();
    expect(await scrollsSideways(page)).toBe(false);
  });

  it("works on a phone's width", async () => {
    const page = await test.open("/?since=1h", { width: 420, height: 860, scheme: "light" });
    await recordsShown(page);
    expect(await scrollsSideways(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
    await queryLine(page).click();
    await rows(page).nth(2).click();
    const box = await drawer(page).boundingBox();
    expect(box?.width).toBe(420);
    expect(test.complaints).toEqual([]);
  });

  it("shows times in the reader's zone, and in UTC on request", async () => {
    const page = await test.open("/?since=1h", { timezone: "Asia/Kolkata" });
    await recordsShown(page);
    const time = rows(page).first().locator("time");
    const iso = (await time.getAttribute("datetime")) ?? "";
    const wanted = new Date(Date.parse(iso) + 5.5 * 3_600_000).toISOString().slice(11, 23);
    expect(await time.textContent()).toBe(wanted);
    await page.getByRole("button", { name: "local" }).click();
    await eventually(() => rows(page).first().locator("time").textContent(), iso.slice(11, 23));
  });
});

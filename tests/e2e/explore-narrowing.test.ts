import { describe, expect, it } from "vitest";
import {
  address,
  cellsOf,
  drawer,
  eventually,
  firstTotal,
  grid,
  queryLine,
  recordsShown,
  rows,
  total,
} from "./support/explore.ts";
import { noBrowser, pageTest } from "./support/setup.ts";

describe.skipIf(noBrowser)("Explore: narrowing down", () => {
  const test = pageTest(400);

  it("zooms by dragging over the histogram, and back", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    const all = await firstTotal(page);
    const box = await page.getByRole("group", { name: /^Records over time/ }).boundingBox();
    if (box === null) throw new Error("no histogram");
    await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 50, { steps: 4 });
    await page.mouse.up();
    await eventually(async () => address(page).has("from"), true);
    const length = Date.parse(address(page).get("to") ?? "") - Date.parse(address(page).get("from") ?? "");
    expect(Math.abs(length - 12 * 60_000)).toBeLessThan(30_000);
    await eventually(
      () => total(page),
      (count) => count > 0 && count < all,
    );
    await page.goBack();
    await eventually(async () => address(page).get("since"), "1h");
    await eventually(
      () => total(page),
      (count) => count > all * 0.9,
    );
  });

  it("zooms to a bar from the table of numbers", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    await page.getByRole("button", { name: "Records over time as a table" }).click();
    const dialog = page.getByRole("dialog", { name: "Records over time" });
    await dialog
      .getByRole("button", { name: /^Zoom to / })
      .nth(3)
      .click();
    await dialog.waitFor({ state: "detached" });
    await eventually(async () => address(page).has("to"), true);
  });

  it("includes and excludes values of a facet, as alternatives, and takes them out again", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    const fields = page.getByRole("navigation", { name: "Fields" });
    const only = (value: string) => fields.getByRole("button", { name: new RegExp(`^Only service ${value} `) });
    await only("payments").click();
    await eventually(async () => address(page).get("query"), "service:payments");
    expect(await queryLine(page).inputValue()).toBe("service:payments");
    await only("mailer").click();
    await eventually(async () => address(page).get("query"), "service:payments OR service:mailer");
    await eventually(async () => new Set(await cellsOf(page, "service").allTextContents()).size <= 2, true);
    expect(await only("mailer").getAttribute("aria-pressed")).toBe("true");
    await only("payments").click();
    await only("mailer").click();
    await eventually(async () => address(page).has("query"), false);
    await fields.getByRole("button", { name: "Leave out service gateway" }).click({ force: true });
    await eventually(async () => address(page).get("query"), "-service:gateway");
    await eventually(async () => (await cellsOf(page, "service").allTextContents()).includes("gateway"), false);
  });

  it("finds a value of a field with many", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    const fields = page.getByRole("navigation", { name: "Fields" });
    await fields.getByRole("button", { name: /^client\.city/, expanded: false }).click();
    await fields.getByRole("searchbox", { name: "Find a value of client.city" }).fill("EN");
    const values = fields.getByRole("list", { name: "Values of client.city" }).getByRole("button", { name: /^Only/ });
    const shown = async (): Promise<string> =>
      (await values.allTextContents())
        .map((text) => /city ([A-Z]\D*)\d/.exec(text)?.[1])
        .sort()
        .join(" ");
    await eventually(shown, "Athens Geneva Ghent Vienna");
  });

  it("opens a record: fields, JSON, neighbours, filter, column, link", async () => {
    const page = await test.open("/?since=1h&query=level%3Aerror%20service%3Apayments");
    await recordsShown(page);
    await rows(page).first().click();
    await drawer(page).getByText("PaymentProviderError: provider did not answer").first().waitFor();
    await drawer(page).getByRole("tab", { name: "JSON" }).click();
    await drawer(page).getByText('"exception.type"').waitFor();
    await drawer(page).getByRole("tab", { name: "Surrounding" }).click();
    await drawer(page).getByRole("checkbox", { name: "All services" }).check();
    await drawer(page).getByRole("listitem").filter({ hasText: "request failed" }).first().waitFor();
    await drawer(page).getByRole("tab", { name: "Fields" }).click();
    await drawer(page).getByRole("button", { name: "Show order.total as a column" }).click({ force: true });
    await grid(page)
      .getByRole("columnheader", { name: /order\.total/ })
      .waitFor();
    await drawer(page).getByRole("button", { name: "Copy a link to this record" }).click();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    await drawer(page).getByRole("button", { name: "Only records with this trace id" }).click({ force: true });
    await eventually(async () => /trace:[0-9a-f]{32}/.test(address(page).get("query") ?? ""), true);

    const other = await test.open(new URL(link).search.replace(/^/, "/"));
    await drawer(other).getByText("PaymentProviderError: provider did not answer").first().waitFor();
    expect(await drawer(other).getByRole("heading", { level: 2 }).textContent()).toContain("payments");
  });

  it("is restored from its address, by back and forward, and by a second page", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    await page.keyboard.press("/");
    await page.keyboard.type("level:warn");
    await page.keyboard.press("Enter");
    await eventually(async () => address(page).get("query"), "level:warn");
    await rows(page).nth(1).click();
    await drawer(page).waitFor();
    const opened = page.url();
    await page.goBack();
    await drawer(page).waitFor({ state: "detached" });
    await page.goBack();
    await eventually(() => queryLine(page).inputValue(), "");
    await page.goForward();
    await page.goForward();
    await drawer(page).waitFor();
    expect(page.url()).toBe(opened);
    const second = await test.open(`/${new URL(opened).search}&tz=utc&col=http.route`);
    await drawer(second).waitFor();
    await recordsShown(second);
    expect(await queryLine(second).inputValue()).toBe("level:warn");
    await grid(second)
      .getByRole("columnheader", { name: /http\.route/ })
      .waitFor();
    await second.getByRole("button", { name: "Show SQL" }).click();
    await second.getByRole("dialog", { name: "SQL of this search" }).getByText("FROM taffrail.otel_logs").waitFor();
  });

  it("pages on while one scrolls, and keeps the place", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    const count = async (): Promise<number> => Number(await grid(page).getAttribute("aria-rowcount"));
    const before = await count();
    await grid(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await eventually(count, (rowCount) => rowCount > before);
    const top = await grid(page).evaluate((element) => element.scrollTop);
    expect(top).toBeGreaterThan(1000);
    expect(test.complaints).toEqual([]);
  });
});

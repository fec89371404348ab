// @ts-check
// Takes the pictures of Explore in docs/images from a real server with made-up records: `node tests/e2e/screenshots.mjs`.
import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launchBrowser, openPage } from "./support/browser.mjs";
import { startServer } from "./support/server.mjs";
import { shopRecords } from "./support/shop-records.mjs";

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const bytesMax = 256 * 1024;
const incident = "/?since=1h&tz=utc&query=level%3A%3E%3Dwarn";

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page */
const openFirstError = async (page) => {
  await page.locator('.record[data-level="error"]').first().click();
  await page.getByText("PaymentProviderError: provider").first().waitFor();
};

/** @type {readonly { name: string, path: string, options: Parameters<typeof openPage>[2], act?: (page: Page) => Promise<void> }[]} */
const pictures = [
  { name: "explore-dark", path: "/?since=1h&tz=utc", options: { scheme: "dark", width: 1320, height: 780 } },
  {
    name: "explore-light",
    path: `${incident}%20service%3Apayments`,
    options: { scheme: "light", width: 1320, height: 780 },
    act: openFirstError,
  },
  { name: "explore-900", path: incident, options: { scheme: "dark", width: 900, height: 760 } },
];

const [browser, server] = await Promise.all([launchBrowser(), startServer()]);
try {
  await mkdir(folder, { recursive: true });
  await server.send(shopRecords({ now: Date.now(), minutes: 60, requests: 3200, seed: 7 }));
  await server.drained();
  for (const { name, path, options, act } of pictures) {
    const page = await openPage(browser, `${server.url}${path}`, options);
    await page.locator(".record").first().waitFor();
    await page.locator(".facet-value, .results-head .button").first().waitFor();
    await page.waitForLoadState("networkidle");
    await act?.(page);
    await page.mouse.move(0, 0);
    const file = `${folder}${name}.png`;
    await page.screenshot({ path: file });
    const { size } = await stat(file);
    if (size > bytesMax) throw new Error(`${file} has ${size} bytes; the most is ${bytesMax}`);
    console.info(`${name}.png ${Math.round(size / 1024)} KiB`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.stop();
}

// @ts-check
// Chromium as the tests and the screenshots use it.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** The browser to test with: `CHROMIUM`, else the first that is installed; undefined when there is none. */
export const chromiumPath = process.env.CHROMIUM ?? places.find((path) => existsSync(path));

const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser. Throws when there is none. */
export function launchBrowser() {
  if (chromiumPath === undefined) throw new Error("no Chromium is installed; set CHROMIUM to the path of one");
  return chromium.launch({ executablePath: chromiumPath, args: flags });
}

/**
 * Opens a page of its own, in UTC unless told otherwise.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {{ scheme?: "dark" | "light", width?: number, height?: number, timezone?: string }} [options]
 */
export async function openPage(browser, url, { scheme = "dark", width = 1440, height = 900, timezone = "UTC" } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    timezoneId: timezone,
    reducedMotion: "reduce",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  return page;
}

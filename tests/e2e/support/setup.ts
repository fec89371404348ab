import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { chromiumPath, launchBrowser, openPage } from "./browser.mjs";
import { type PageServer, startServer } from "./server.mjs";
import { shopRecords } from "./shop-records.mjs";

/** What a test of the page has at hand. */
export interface PageTest {
  readonly server: PageServer;
  /** Opens an address of the page, like `/?since=1h`; closed after the test. What the browser complains of is kept in `complaints`. */
  readonly open: (path: string, options?: Parameters<typeof openPage>[2]) => Promise<Page>;
  /** Script errors and violations of the security policy since the test began. */
  readonly complaints: readonly string[];
}

const skip = chromiumPath === undefined;
if (skip) console.warn("skipped: the tests of the page need Chromium; install it or set CHROMIUM to its path");

/** Seed of the shop's records; printed so that a failure can be repeated. */
const seed = 4318;

/** Tests of the page against one real server; `requests` of the shop are stored first (0: an empty store). */
export function describePage(name: string, requests: number, tests: (test: PageTest) => void): void {
  describe.skipIf(skip)(name, () => {
    let browser: Browser | undefined;
    let server: PageServer | undefined;
    const complaints: string[] = [];
    const watch = (page: Page): void => {
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
      });
    };
    beforeAll(async () => {
      [browser, server] = await Promise.all([launchBrowser(), startServer()]);
      console.info(`${name}: seed ${seed}`);
      await server.send(shopRecords({ now: Date.now(), minutes: 60, requests, seed }));
    }, 120_000);
    afterEach(async () => {
      for (const context of browser?.contexts() ?? []) await context.close();
      complaints.length = 0;
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    }, 60_000);
    tests({
      complaints,
      get server() {
        if (server === undefined) throw new Error("the server is not started yet");
        return server;
      },
      open: async (path, options) => {
        if (browser === undefined || server === undefined) throw new Error("nothing is started yet");
        const page = await openPage(browser, "about:blank", options);
        watch(page);
        await page.goto(`${server.url}${path}`);
        return page;
      },
    });
  });
}

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
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

/** True where no Chromium is installed; the reason is printed. */
export const noBrowser = chromiumPath === undefined;
if (noBrowser) console.warn("skipped: the tests of the page need Chromium; install it or set CHROMIUM to its path");

/** Seed of the shop's records; printed so that a failure can be repeated. */
const seed = 4318;

function watch(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the browser and the server start with the first test");
  return value;
}

/** Starts one browser and one real server for the tests around it; `requests` of the shop are stored first (0: an empty store). */
export function pageTest(requests: number, options: { readonly ownRecords?: boolean } = {}): PageTest {
  let browser: Browser | undefined;
  let server: PageServer | undefined;
  const complaints: string[] = [];
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer(options)]);
    console.info(`${requests} requests of the shop, seed ${seed}`);
    await server.send(shopRecords({ now: Date.now(), minutes: 60, requests, seed }));
    await server.drained();
  }, 120_000);
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    complaints.length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  }, 60_000);
  return {
    complaints,
    get server() {
      return present(server);
    },
    open: async (path, options) => {
      const page = await openPage(present(browser), "about:blank", options);
      watch(page, complaints);
      await page.goto(`${present(server).url}${path}`);
      return page;
    },
  };
}

import { describe, expect, it } from "vitest";
import { address, drawer, eventually, grid, queryLine, recordsShown, rows } from "./support/explore.ts";
import { noBrowser, pageTest } from "./support/setup.ts";

describe.skipIf(noBrowser)("Explore: an empty store", () => {
  const test = pageTest(0);

  it("says how to send the first record, and shows it when it comes", async () => {
    const page = await test.open("/");
    await page.getByRole("heading", { name: "Send your first record" }).waitFor();
    await page.getByText(`${test.server.url}/api/v1/ingest/lines`).waitFor();
    await page.getByRole("tab", { name: "OpenTelemetry" }).click();
    await page.getByText(`OTEL_EXPORTER_OTLP_ENDPOINT=${test.server.url}`).waitFor();
    await test.server.line({ level: "info", msg: "hello, Taffrail", user: { id: 42 } }, "hello");
    await recordsShown(page);
    await eventually(async () => (await rows(page).first().textContent())?.includes("hello, Taffrail"), true);
    await rows(page).first().click();
    await drawer(page).getByText("user.id").waitFor();
    expect(test.complaints).toEqual([]);
  });
});

describe.skipIf(noBrowser)("Explore: a fresh server", () => {
  const test = pageTest(0, { ownRecords: true });

  it("shows its own records and still says how to send the first one", async () => {
    const page = await test.open("/");
    await recordsShown(page);
    await page.getByRole("button", { name: "Send your first record" }).click();
    const dialog = page.getByRole("dialog", { name: "Send records to this server" });
    await dialog.getByText(`${test.server.url}/api/v1/ingest/lines`).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await test.server.line({ level: "info", msg: "hello, Taffrail" }, "hello");
    await eventually(async () => {
      await page.keyboard.press("r");
      return (await grid(page).textContent())?.includes("hello, Taffrail");
    }, true);
    await eventually(() => page.getByRole("button", { name: "Send your first record" }).count(), 0);
  });
});

describe.skipIf(noBrowser)("Explore: live, wrong and absent", () => {
  const test = pageTest(120);

  it("shows a record in the live tail, stands still for a reader, and resumes", async () => {
    const page = await test.open("/?since=15m");
    await recordsShown(page);
    await page.keyboard.press("t");
    await page.getByText("Live", { exact: true }).and(page.locator("b")).waitFor();
    await test.server.line({ level: "warn", msg: "the tide turns" }, "harbour");
    await eventually(async () => (await rows(page).first().textContent())?.includes("the tide turns"), true);
    await grid(page).evaluate((element) => element.scrollTo({ top: 200 }));
    await page.getByText("Paused", { exact: true }).waitFor();
    await test.server.line({ level: "warn", msg: "the tide turns again" }, "harbour");
    const pill = page.getByRole("button", { name: /1 new – resume/ });
    await pill.waitFor();
    expect(await page.getByText("the tide turns again").count()).toBe(0);
    await pill.click();
    await eventually(async () => (await rows(page).first().textContent())?.includes("the tide turns again"), true);
    await rows(page).nth(1).click();
    await drawer(page).waitFor();
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.keyboard.press("t");
    await eventually(async () => address(page).has("live"), false);
  });

  it("explains a mistake where it stands", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    await page.keyboard.press("/");
    await page.keyboard.type("level:>=warn (service:cart OR");
    await page.keyboard.press("Enter");
    const alert = page.getByRole("alert").filter({ hasText: "Column" });
    await alert.waitFor();
    expect(await queryLine(page).getAttribute("aria-invalid")).toBe("true");
    expect(await page.locator(".paint.wrong").count()).toBeGreaterThan(0);
    expect(address(page).has("query")).toBe(false);
    await page.keyboard.type(" service:mailer)");
    await alert.waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await eventually(async () => address(page).has("query"), true);
  });

  it("shows the mistake of an address, and lets go of it", async () => {
    const page = await test.open("/?since=1h&query=level%3A%3E%3Dlow%20(");
    await page.getByRole("heading", { name: "This query is not understood" }).waitFor();
    await page.getByRole("button", { name: "Clear the query" }).last().click();
    await recordsShown(page);
  });

  it("suggests a wider range when nothing matches, and names a field nobody sent", async () => {
    const page = await test.open("/?since=5m&query=nosuchword");
    await page.getByRole("heading", { name: "No record matches" }).waitFor();
    await page.getByRole("button", { name: "Search the last 15 minutes" }).click();
    await eventually(async () => address(page).has("since"), false);
    await page.goto(`${test.server.url}/?since=1h&query=htp.route%3A%2Forders`);
    await page.getByText("htp.route").filter({ hasText: "http.route" }).waitFor();
  });

  it("tells of a server that is away and comes back by itself", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    await page.context().setOffline(true);
    await page.keyboard.press("r");
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor();
    await page.getByText("Unreachable").waitFor();
    await page.context().setOffline(false);
    await recordsShown(page);
    await page.getByText("Ready").waitFor();
    expect(test.complaints).toEqual([]);
  });

  it("gets over a killed engine by itself", async () => {
    const page = await test.open("/?since=1h");
    await recordsShown(page);
    const enginePid = async (): Promise<number> => {
      const status = await fetch(`${test.server.url}/api/v1/status`);
      return ((await status.json()) as { engine: { pid: number } }).engine.pid;
    };
    const before = await enginePid();
    process.kill(before, "SIGKILL");
    await page.keyboard.press("r");
    await recordsShown(page);
    await eventually(enginePid, (pid) => pid > 0 && pid !== before);
    await page.keyboard.press("r");
    await eventually(() => page.getByRole("heading", { name: "The engine is starting again" }).count(), 0);
    await recordsShown(page);
  });
});

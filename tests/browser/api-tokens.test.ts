// A token is made with the keyboard alone, and the picker says what it should.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { openTab } from "../support/browser/browser.ts";
import { startExampleSite } from "../support/browser/example-site.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";

const site = await startExampleSite();

/** Goes by Tab to what the selector names. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let stops = 0; stops < 200; stops += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  assert.fail(`${selector} cannot be reached by Tab`);
}

for (const hasJavaScript of [true, false]) {
  test(`a token is made by keyboard alone, ${hasJavaScript ? "with" : "without"} the script`, async () => {
    const cookie = await site.cookieOf(site.ada);
    const { page, faults } = await openTab(site.app.url, { cookie, hasJavaScript });
    await page.goto("/-/settings/api-tokens");
    await tabTo(page, 'a.main[href$="/new"]');
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/new$/);
    await tabTo(page, "#name");
    await page.keyboard.type(`by keyboard ${hasJavaScript}`);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/scopes$/);
    await tabTo(page, "#write-repository");
    await page.keyboard.press("Space");
    const needs = page.locator(".needs").first();
    assert.equal(await needs.isVisible(), true, "write without read is warned of, without the script too");
    await tabTo(page, ".dock button.main");
    await page.keyboard.press("Shift+Tab");
    for (let stops = 0; stops < 200; stops += 1) {
      await page.keyboard.press("Shift+Tab");
      if (await page.evaluate<boolean>("document.activeElement.id === 'read-repository'")) break;
    }
    await page.keyboard.press("Space");
    assert.equal(await needs.isVisible(), false);
    await tabTo(page, ".dock button.main");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/review$/);
    await tabTo(page, "main form button.main");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#token");
    const token = await page.inputValue("#token");
    const headers = { authorization: basic("ada@example.com", token) };
    const answer = await sendRequest(site.app.url, "/2.0/repositories/acme/demo", { headers });
    assert.equal(answer.status, 200);
    assert.equal(await page.locator("[data-copy='#token']").isVisible(), hasJavaScript);
    await page.goto("/-/settings/api-tokens");
    assert.doesNotMatch(await page.content(), new RegExp(token.slice(12, 40)));
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}

test("the filter hides no ticked scope while one types, and finds tasks", async () => {
  const { page } = await openTab(site.app.url, { cookie: await site.cookieOf(site.ada), language: "ja" });
  await page.goto("/-/settings/api-tokens/new");
  await page.fill("#name", "絞り込み");
  await page.click("main form button.main");
  await page.waitForURL(/\/scopes$/);
  await page.check("#read-webhook");
  await page.fill("#q", "マージ");
  const visible = await page
    .locator(".pick:visible input")
    .evaluateAll((inputs) => inputs.map(({ id }) => id));
  assert.deepEqual(visible, ["write-pullrequest", "read-webhook"]);
});

// By keyboard alone: a token from its name to the clipboard, and a review from the page of files to the approval.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { openTab } from "../support/browser/browser.ts";
import { listAxeFaults, listLayoutFaults } from "../support/browser/checks.ts";
import { startExampleSite } from "../support/browser/example-site.ts";

const site = await startExampleSite();
const TABS_MAX = 200;

/** Presses Tab until the focus is on what has this name, as somebody does who sees where it is. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate<string>(`(() => {
      const { activeElement: element } = document;
      const label = element.labels?.[0]?.innerText;
      return element.getAttribute("aria-label") ?? label ?? element.innerText ?? "";
    })()`);
    if (name.test(found.trim())) return;
  }
  assert.fail(`Tab never comes to ${name} on ${page.url()}`);
}

test("a token: name, scopes, review, and the token in the clipboard", async () => {
  const { page, context, faults } = await openTab(site.app.url, { cookie: await site.cookieOf(site.ada) });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/-/settings/api-tokens");
  await tabTo(page, /^Create token$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/api-tokens\/new$/);
  await tabTo(page, /^Name/);
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Enter");
  await page.waitForURL(/scopes$/);
  await tabTo(page, /^read:repository/);
  await page.keyboard.press("Space");
  await tabTo(page, /^Review$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/review$/);
  await tabTo(page, /^Create token$/);
  await page.keyboard.press("Enter");
  await page.locator("textarea.secret").waitFor();
  assert.deepEqual(await listAxeFaults(page), []);
  assert.deepEqual(await listLayoutFaults(page), []);
  await tabTo(page, /^Copy token$/);
  await page.keyboard.press("Enter");
  await page.locator("[data-says]", { hasText: "Copied" }).waitFor();
  const copied = await page.evaluate<string>("navigator.clipboard.readText()");
  assert.match(copied, /^ATATT3xFfGF0/);
  const answer = await fetch(`${site.app.url}/2.0/repositories/acme/demo`, {
    headers: { authorization: `Basic ${Buffer.from(`ada@example.com:${copied}`).toString("base64")}` },
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a review: from the list to the files, from file to file, a comment on a line, and the approval", async () => {
  const { page, context, faults } = await openTab(site.app.url, { cookie: await site.cookieOf(site.taro) });
  await page.goto("/acme/demo/pull-requests");
  await tabTo(page, /^Retry after 429/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/pull-requests\/1$/);
  await page.keyboard.press("j");
  assert.match(await page.evaluate<string>("document.activeElement.innerText"), /src\/commits\.ts/);
  await page.keyboard.press("j");
  assert.match(await page.evaluate<string>("document.activeElement.innerText"), /tests\/commits\.test\.ts/);
  await page.keyboard.press("k");
  await tabTo(page, /^Comment on a line/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/comment\?/);
  await tabTo(page, /^(Comment|Text|Your comment)/);
  await page.keyboard.type("Is two minutes enough?");
  await tabTo(page, /^(Add comment|Comment)$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/pull-requests\/1(?:#|$)/);
  assert.match(await page.innerText("main"), /Is two minutes enough\?/);
  await page.goto("/acme/demo/pull-requests/1");
  await tabTo(page, /^Approve/);
  await page.keyboard.press("Enter");
  await page.waitForLoadState();
  await page.getByRole("button", { name: /Withdraw approval/ }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

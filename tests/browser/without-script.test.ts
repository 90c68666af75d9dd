// With JavaScript switched off: files are browsed, a token is created and used to clone, and a pull request is merged.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openTab } from "../support/browser/browser.ts";
import { startExampleSite } from "../support/browser/example-site.ts";

const site = await startExampleSite();

test("from the list of repositories to a line of a file, a token that clones, and a merge", async () => {
  const cookie = await site.cookieOf(site.ada);
  const { page, context, faults } = await openTab(site.app.url, { cookie, hasJavaScript: false });
  const follow = (name: string | RegExp) => page.getByRole("link", { name }).first().click();
  await page.goto("/");
  await follow(/demo/);
  await follow("src/");
  await follow("commits.ts");
  assert.match(await page.innerText("main"), /async function\* commits/);

  await page.goto("/-/settings/api-tokens");
  await follow("Create token");
  await page.locator("#name").fill("without script");
  await page.getByRole("button", { name: "Choose scopes" }).click();
  await page.locator('input[value="read:repository:bitbucket"]').check();
  await page.getByRole("button", { name: "Review" }).click();
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await page.locator("textarea.secret").inputValue();
  const url = new URL("/acme/demo.git", site.app.url);
  url.username = "x-bitbucket-api-token-auth";
  url.password = token;
  const folder = site.git.newPath("cloned");
  await site.git.out(["clone", "--quiet", url.href, folder]);

  await page.goto("/acme/demo/pull-requests");
  await follow(/^Retry after 429/);
  await page.getByRole("button", { name: "Merge into main" }).click();
  const { json } = await site.rest("GET", "/pullrequests/1");
  assert.equal(json.state, "MERGED");
  await page.goto("/acme/demo/pull-requests/1");
  assert.match(await page.innerText("main"), /Merged/);
  assert.deepEqual(faults, []);
  await context.close();
});

// A pull request as people make, review and merge it in Chromium: without the script, and a review by keyboard alone.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTab } from "../support/browser/browser.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { signIn } from "../support/server/web-client.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
const LINES = Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join("");
await commit({ "a.txt": LINES }, "Base");
await git.out(["push", "--quiet", "origin", "main"], { folder });
for (const name of ["feature/one", "feature/two"]) {
  await git.out(["checkout", "--quiet", "-b", name, "main"], { folder });
  await commit({ "a.txt": LINES.replace("line 7", `line of ${name}`) }, `Change by ${name}`);
}
await git.out(["push", "--quiet", "origin", "--all"], { folder });
const { cookies } = await signIn(app, app.owner);
const cookie = `pail=${cookies.get("pail")}`;

test("without the script: created, commented on with a task, approved and merged", async () => {
  const { context, page, faults } = await openTab(app.url, { cookie, hasJavaScript: false });
  after(() => context.close());
  await page.goto("/acme/demo/pull-requests");
  await page.getByRole("link", { name: "Create pull request" }).click();
  await page.getByLabel("Source branch").selectOption("feature/one");
  await page.getByRole("button", { name: "Compare" }).click();
  assert.equal(await page.getByLabel("Title").inputValue(), "Change by feature/one");
  await page.getByLabel("Description").fill("Because **so**.");
  await page.getByLabel("Delete the source branch after merging").check();
  await page.getByRole("button", { name: "Create pull request" }).click();
  assert.match(page.url(), /\/pull-requests\/1$/);

  await page.getByRole("link", { name: "Comment on a line" }).click();
  await page.getByRole("radio", { name: "Line 8", exact: true }).check();
  await page.getByLabel("Comment", { exact: false }).last().fill("Which one?");
  await page.getByLabel("Task").fill("Say which");
  await page.getByRole("button", { name: "Comment" }).click();
  assert.match(page.url(), /\/pull-requests\/1#comment-\d+$/);
  await page.getByRole("button", { name: "Mark the task done" }).click();
  await page.getByText("Task, done").waitFor();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Withdraw approval" }).waitFor();

  await page.getByLabel("How").selectOption("squash");
  await page.getByRole("button", { name: "Merge into main" }).click();
  await page.getByText("is merged into main. The branch feature/one is deleted.").waitFor();
  const { json } = await rest("GET", "/pullrequests/1");
  assert.equal(json.state, "MERGED");
  assert.deepEqual(faults, []);
});

test("by keyboard alone: approved", async () => {
  const made = await rest("POST", "/pullrequests", {
    title: "Two",
    source: { branch: { name: "feature/two" } },
  });
  assert.equal(made.status, 201, made.text);
  const { context, page, faults } = await openTab(app.url, { cookie });
  after(() => context.close());
  await page.goto(`/acme/demo/pull-requests/${made.json.id}`);
  const focused = () => page.evaluate<string>("document.activeElement.textContent");
  for (let step = 0; step < 60 && (await focused()) !== "Approve"; step += 1)
    await page.keyboard.press("Tab");
  assert.equal(await focused(), "Approve");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Withdraw approval" }).waitFor();
  assert.deepEqual(faults, []);
});

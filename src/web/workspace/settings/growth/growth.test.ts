import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openRealGit } from "../../../../../tests/support/git/real-git.ts";
import { seedCommits } from "../../../../../tests/support/git/seed-commits.ts";
import { startTestApp } from "../../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../../tests/support/server/web-client.ts";
import { dayOf } from "../../../../model/day.ts";
import { addActivity, listWorkspaceDays } from "../../../../storage/sql/workspaces/activity.ts";

const app = await startTestApp();
after(() => app.close());
const HERE = "/acme/workspace/settings/growth";
const { kysely } = app.ports.database;

test("an empty workspace says that nothing was counted", async () => {
  const { text, status } = await (await signIn(app, app.owner)).get(HERE);
  assert.equal(status, 200);
  assert.match(text, /Nothing was counted in this time/);
});

test("clones and pushes are counted, and whether the cache answered", async () => {
  await seedCommits(app, app.repository, "main", ["one", "two"]);
  const git = openRealGit();
  const url = new URL(`${app.url}/acme/demo.git`);
  url.username = "owner";
  url.password = await app.token();
  for (const name of ["first", "second"]) await git.out(["clone", "--quiet", url.href, git.newPath(name)]);
  const folder = git.newPath("third");
  await git.out(["clone", "--quiet", url.href, folder]);
  await git.out(["-C", folder, "push", "--quiet", "origin", "HEAD:refs/heads/other"]);
  await app.ports.workspaceActivity.flush();
  const [today] = await listWorkspaceDays(kysely, app.workspace.uuid, 0);
  assert.deepEqual([today?.pushes, today?.fetches, today?.cachedFetches], [1, 3, 2]);
});

test("plots have no styles, a name, and their numbers beside them, for each range and language", async () => {
  const today = dayOf(new Date());
  const days = Array.from({ length: 400 }, (_, index) => ({
    workspaceUuid: app.workspace.uuid,
    day: today - index,
    pushes: index % 7,
    fetches: 100 + index,
    cachedFetches: 50,
  }));
  await app.ports.transactions.transaction((tx) => addActivity(tx, days));
  for (const [language, range, name] of [
    ["en", 30, "Pushes on each day of the last 30 days"],
    ["en", 365, "Fetches on each day of the last 365 days"],
    ["ja", 90, "過去 90\u00a0日間のプッシュ（1\u00a0日ごと）"],
  ] as const) {
    const { text } = await (await signIn(app, app.owner, language)).get(`${HERE}?days=${range}`);
    assert.equal(text.split('role="img"').length - 1, 3);
    assert.ok(text.includes(`<title>${name}</title>`), name);
    assert.doesNotMatch(text, / style="|<style/);
    const table = text.slice(text.indexOf("<tbody"), text.indexOf("</tbody>"));
    assert.equal(table.split("<tr").length - 1, range);
  }
});

test("a page of a year, drawn again, is quick", async () => {
  const browser = await signIn(app, app.owner);
  await browser.get(`${HERE}?days=365`);
  const begun = performance.now();
  await browser.get(`${HERE}?days=365`);
  assert.ok(performance.now() - begun < 500);
});

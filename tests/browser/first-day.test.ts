// The first day with a new server, in browsers alone and with the real git: first account, workspace, repository, token,
// push; a second person by invitation; a pull request that is reviewed and merged.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { createFirstAccountLink } from "../../src/operations/accounts/password-links.ts";
import { openTab, type Tab } from "../support/browser/browser.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startTestApp } from "../support/server/test-app.ts";

const app = await startTestApp();
after(() => app.close());
const git = openRealGit();

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const follow = (page: Page, name: string | RegExp) => page.getByRole("link", { name }).first().click();

async function createToken(page: Page, scopes: readonly string[]): Promise<string> {
  await page.goto("/-/settings/api-tokens");
  await follow(page, "Create token");
  await page.locator("#name").fill("laptop");
  await press(page, "Choose scopes");
  for (const scope of scopes) await page.locator(`input[value="${scope}:bitbucket"]`).check();
  await press(page, "Review");
  await press(page, "Create token");
  return page.locator("textarea.secret").inputValue();
}

/** Clones from the address that the repository's page shows; the token is what git asks for. */
async function clone(page: Page, path: string, token: string): Promise<string> {
  await page.goto(`${path}?clone`);
  const commands = (await page.locator("pre").allInnerTexts()).join("\n");
  const [shown = ""] = /http:\/\/x-bitbucket-api-token-auth@\S+\.git/.exec(commands) ?? [];
  const url = new URL(shown);
  url.password = token;
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", url.href, folder]);
  return folder;
}

async function commitAndPush(folder: string, branch: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
  await git.out(["checkout", "--quiet", "-B", branch], { folder });
  await git.out(["add", "--all"], { folder });
  await git.out(["commit", "--quiet", "-m", `Write ${name}`], { folder });
  await git.out(["push", "--quiet", "origin", branch], { folder });
}

test("from the first link to a reviewed and merged pull request", async () => {
  const tabs: Tab[] = [];
  const open = async () => {
    const tab = await openTab(app.url);
    tabs.push(tab);
    return tab.page;
  };
  const ada = await open();
  const { url } = await createFirstAccountLink(app.ports, app.by);
  await ada.goto(new URL(url.reveal()).pathname);
  for (const [field, value] of [
    ["#email", "ada@example.com"],
    ["#username", "ada"],
    ["#name", "Ada Example"],
    ["#password", "seven otters on a raft"],
  ] as const)
    await ada.locator(field).fill(value);
  await press(ada, "Create account");

  await ada.goto("/");
  await follow(ada, "Create a workspace");
  await ada.locator("#slug").fill("orchard");
  await press(ada, "Create workspace");
  await ada.goto("/orchard/workspace/repositories");
  await follow(ada, "Create repository");
  await ada.locator("#name").fill("pears");
  await press(ada, "Create repository");
  await ada.goto("/orchard/pears");
  assert.match(await ada.innerText("main"), /Nothing has been pushed yet/);
  const scopes = ["read:repository", "write:repository"];
  const folder = await clone(ada, "/orchard/pears", await createToken(ada, scopes));
  await commitAndPush(folder, "main", "README.md", "# Pears\n");
  await ada.goto("/orchard/pears");
  assert.match(await ada.innerText("main"), /Pears/);

  await ada.goto("/orchard/workspace/settings/invitations");
  await ada.locator("#email").fill("bob@example.com");
  await ada.locator("#permission").selectOption("write");
  await press(ada, "Invite");
  const invitation = new URL(await ada.locator("textarea.secret").inputValue());

  const bob = await open();
  await bob.goto(invitation.pathname);
  await bob.locator("#username").fill("bob");
  await bob.locator("#name").fill("Bob Example");
  await bob.locator("#password").fill("eight herons in a ditch");
  await press(bob, "Create account and join");
  const theirs = await clone(bob, "/orchard/pears", await createToken(bob, scopes));
  await commitAndPush(theirs, "ripe", "ripe.txt", "soft\n");
  await bob.goto("/orchard/pears/pull-requests/new?source=ripe");
  assert.equal(await bob.locator("#title").inputValue(), "Write ripe.txt");
  await press(bob, "Create pull request");
  assert.equal(new URL(bob.url()).pathname, "/orchard/pears/pull-requests/1");

  await ada.goto("/orchard/pears/pull-requests/1");
  await follow(ada, /Comment on a line/);
  await ada.locator("#text").fill("How soft?");
  await ada.locator("#task").fill("Press one");
  await ada.locator("main form button.main").last().click();
  await ada.goto("/orchard/pears/pull-requests/1");
  assert.match(await ada.innerText("main"), /How soft\?/);
  await press(ada, "Approve");
  await bob.goto("/orchard/pears/pull-requests/1");
  assert.match(await bob.innerText("main"), /How soft\?/);
  await bob
    .getByRole("button", { name: /Mark the task done/ })
    .first()
    .click();
  await ada.goto("/orchard/pears/pull-requests/1");
  await press(ada, "Merge into main");
  await ada.goto("/orchard/pears/pull-requests/1");
  assert.match(await ada.innerText("main"), /Merged/);
  await git.out(["pull", "--quiet", "origin", "main"], { folder });
  assert.match(await git.out(["log", "--format=%s"], { folder }), /Write ripe\.txt/);
  for (const { faults, context } of tabs) {
    assert.deepEqual(faults, []);
    await context.close();
  }
});

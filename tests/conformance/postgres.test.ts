import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertKeys, openDemoRestClient, valuesOf } from "../support/clients/rest-client.ts";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { cloneOf, commitFiles, createHostedRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

/** The whole way, once, over the other database: everything else runs over SQLite, and storage over both. */
const testDatabase = await createMigratedDatabaseSettings("postgres");
if (testDatabase.settings.kind !== "postgres") throw new Error("not PostgreSQL");
const pail = await startPailForFile({ databaseUrl: testDatabase.settings.url.reveal() });
after(() => testDatabase.remove());
const git = openRealGit();

test("git and REST work over PostgreSQL", async () => {
  const repository = await createHostedRepository(pail);
  const { username, token } = pail.credentials;
  const folder = await cloneOf(git, repository.urlAs(username, token));
  await commitFiles(git, folder, { "a.txt": "one" }, "Commit 1");
  await git.out(["push", "-q", "origin", "HEAD:refs/heads/main", "HEAD:refs/tags/v1"], { folder });
  const again = await cloneOf(git, repository.urlAs(username, token));
  assert.equal(
    await git.out(["rev-parse", "HEAD"], { folder: again }),
    await git.out(["rev-parse", "HEAD"], { folder }),
  );

  const rest = openDemoRestClient(pail);
  const commits = await rest(`/repositories/${repository.fullName}/commits`);
  assert.equal(valuesOf(commits.json()).length, 1);
  const listed = await rest(
    `/repositories/acme?q=${encodeURIComponent(`slug = "${repository.slug}"`)}&sort=-updated_on`,
  );
  assert.equal(valuesOf(listed.json()).length, 1);
  assertKeys(valuesOf(listed.json())[0] ?? {}, ["type", "uuid", "full_name", "mainbranch"]);
});
